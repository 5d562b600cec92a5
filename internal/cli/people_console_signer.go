package cli

import (
	"context"
	"net/http"

	"github.com/fasttrack-dev/fasttrack/api"
)

// consoleSigner signs as the person who runs the console. Credentials that end while it
// runs, such as those of `aws sso login`, become a page that says so.
func consoleSigner(who credential) api.Signer {
	return api.SignerFunc(func(ctx context.Context, r *http.Request, body []byte) error {
		err := who.signer.Sign(ctx, r, body)
		if err == nil || ctx.Err() != nil {
			return err
		}
		return &api.Problem{
			Type: "about:blank", Title: http.StatusText(http.StatusUnauthorized), Status: http.StatusUnauthorized,
			Detail: "Your credentials can't sign a call: " + err.Error() + ". Renew them in a terminal, for example with aws sso login, and reload the page.",
		}
	})
}
