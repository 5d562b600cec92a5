package githubaccess

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/jwt"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/rest"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/token"
)

// credentials authorize calls to the API at a URL.
type credentials struct {
	url       string
	transport http.RoundTripper
	now       func() time.Time
	// all is set if the app is installed for all repositories: one that it can't see was
	// deleted.
	all atomic.Bool
}

// key is a secret that holds the key of a GitHub App.
type key struct {
	AppID          json.Number `json:"app_id"`
	InstallationID json.Number `json:"installation_id"`
	PrivateKey     string      `json:"private_key"`
}

// mint returns the token for a secret: a token as it is, or a new one of an app's
// installation for the text {"app_id": …, "installation_id": …, "private_key": …}.
func (c *credentials) mint(ctx context.Context, text string) (token.Token, error) {
	text = strings.TrimSpace(text)
	c.all.Store(false)
	if !strings.HasPrefix(text, "{") {
		if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return token.Token{}, errors.New("the secret must hold a token of GitHub, or the JSON of a GitHub App's key")
		}
		return token.Token{Header: "Bearer " + text}, nil
	}
	var k key
	if json.Unmarshal([]byte(text), &k) != nil || k.AppID == "" || k.InstallationID == "" || k.PrivateKey == "" {
		return token.Token{}, errors.New("the secret must hold app_id, installation_id and private_key of a GitHub App")
	}
	// GitHub's clock may be behind.
	now := c.now()
	signed, err := jwt.Sign(jwt.Assertion{Issuer: k.AppID.String(), Issued: now.Add(-time.Minute), Expires: now.Add(8 * time.Minute)}, k.PrivateKey, "")
	if err != nil {
		return token.Token{}, err
	}
	var out struct {
		Token     string    `json:"token"`
		ExpiresAt time.Time `json:"expires_at"`
		Selection string    `json:"repository_selection"`
	}
	_, err = rest.New(service, c.url, rest.Options{Limited: limited, Transport: c.transport, Header: header}).Do(ctx, rest.Call{
		Method: http.MethodPost, Path: rest.Path("app", "installations", k.InstallationID.String(), "access_tokens"),
		Header: http.Header{"Authorization": {"Bearer " + signed}},
	}, &out)
	switch {
	case rest.HasStatus(err, http.StatusUnauthorized), rest.HasStatus(err, http.StatusForbidden), rest.HasStatus(err, http.StatusNotFound):
		return token.Token{}, errors.New("GitHub refuses the app a token; check its key, its installation, and that it is not suspended")
	case err != nil:
		return token.Token{}, err
	case out.Token == "" || out.ExpiresAt.IsZero():
		return token.Token{}, errors.New("GitHub sent no token to the app")
	}
	c.all.Store(out.Selection == "all")
	return token.Token{Header: "Bearer " + out.Token, Expires: out.ExpiresAt}, nil
}
