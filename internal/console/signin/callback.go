package signin

import (
	"context"
	"errors"
	"net/http"

	"golang.org/x/oauth2"
)

// callback is where the provider sends the browser back to.
func (d *Door) callback(w http.ResponseWriter, r *http.Request) {
	ctx, q := r.Context(), r.URL.Query()
	begun, found, err := d.finish(ctx, w, r, q.Get("state"))
	if err != nil {
		d.fail(w, r, "open", err, unreadableKeys, again(""))
		return
	}
	if !found {
		d.show(w, r, notice{
			status: http.StatusBadRequest, title: "This sign-in did not begin here",
			text: []string{"It began in another browser, took longer than 10 minutes, or was finished before. You are not signed in by it."},
		}, again(""))
		return
	}
	p, err := d.provider(ctx)
	if err != nil {
		d.fail(w, r, "discovery", err, notice{status: http.StatusBadGateway, title: "The provider does not respond", text: []string{"You are not signed in."}}, again(begun.to))
		return
	}
	// RFC 9207: a response of another provider must not reach this one's token endpoint.
	if iss := q["iss"]; len(iss) > 1 || len(iss) == 1 && iss[0] != d.Issuer || len(iss) == 0 && p.IssParameter {
		d.fail(w, r, "iss", errors.New("the callback is of another issuer"), refused, again(begun.to))
		return
	}
	if code := q.Get("error"); code != "" {
		d.fail(w, r, "authorize", errors.New("the provider refuses: "+plainCode(code)), notice{
			status: http.StatusForbidden, title: "The provider refused",
			text: []string{"Your provider did not let you sign in to the console (" + plainCode(code) + "). Whoever runs it can say why."},
		}, again(begun.to))
		return
	}
	token, err := d.call(ctx, p, func(ctx context.Context, c *oauth2.Config) (*oauth2.Token, error) {
		return c.Exchange(ctx, q.Get("code"), oauth2.VerifierOption(begun.verifier))
	})
	if err != nil {
		d.fail(w, r, "exchange", err, refused, again(begun.to))
		return
	}
	s, err := d.sessionOf(ctx, p, token, begun.nonce)
	if err == nil {
		err = d.write(w, r, s)
	}
	switch {
	case errors.Is(err, errTooLarge):
		d.fail(w, r, "cookie", err, tooLarge)
	case errors.Is(err, errOpaque):
		d.fail(w, r, "token", err, opaque)
	case err != nil:
		d.fail(w, r, "token", err, refused, again(begun.to))
	default:
		http.Redirect(w, r, begun.to, http.StatusSeeOther)
	}
}
