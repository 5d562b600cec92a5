package googlegroup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/jwt"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/rest"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/token"
)

// scopes are what the service account needs.
const scopes = "https://www.googleapis.com/auth/admin.directory.group.member https://www.googleapis.com/auth/admin.directory.group.readonly https://www.googleapis.com/auth/admin.directory.user.readonly"

// audience is whom an assertion is for, wherever it is sent.
const audience = "https://oauth2.googleapis.com/token"

// credentials authorize calls.
type credentials struct {
	options Options
	now     func() time.Time
}

// key is a secret: the key of a service account as Google writes it.
type key struct {
	Type       string `json:"type"`
	Email      string `json:"client_email"`
	PrivateKey string `json:"private_key"`
	KeyID      string `json:"private_key_id"`
}

// mint returns a token for an assertion that the key signs, or Google for the function's
// own role: https://developers.google.com/identity/protocols/oauth2/service-account
func (c credentials) mint(ctx context.Context, text string) (token.Token, error) {
	now := c.now()
	a := jwt.Assertion{Subject: c.options.Admin, Audience: audience, Issued: now, Expires: now.Add(time.Hour), Scope: scopes}
	signed, err := c.sign(ctx, text, a)
	if err != nil {
		return token.Token{}, err
	}
	var out struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	_, err = c.client(c.options.URLs.OAuth).Do(ctx, rest.Call{
		Method: http.MethodPost, Path: "/token",
		Body: url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {signed}},
	}, &out)
	switch {
	case rest.HasStatus(err, http.StatusBadRequest), rest.HasStatus(err, http.StatusUnauthorized):
		return token.Token{}, fmt.Errorf("%s refuses the service account a token; check its key, the scopes of domain-wide delegation, and the administrator", service)
	case err != nil:
		return token.Token{}, err
	case out.AccessToken == "" || out.ExpiresIn <= 0:
		return token.Token{}, fmt.Errorf("%s sent no token to the service account", service)
	}
	return token.Token{Header: "Bearer " + out.AccessToken, Expires: now.Add(time.Duration(out.ExpiresIn) * time.Second)}, nil
}

// sign signs an assertion of the service account.
func (c credentials) sign(ctx context.Context, text string, a jwt.Assertion) (string, error) {
	if c.options.Workload != nil {
		return c.signByWorkload(ctx, a)
	}
	var k key
	if json.Unmarshal([]byte(text), &k) != nil || k.Type != "service_account" || k.Email == "" || k.PrivateKey == "" {
		return "", errors.New("the secret must hold the key of a service account, in the JSON that Google writes")
	}
	a.Issuer = k.Email
	return jwt.Sign(a, k.PrivateKey, k.KeyID)
}

func (c credentials) client(at string) *rest.Client {
	return rest.New(service, strings.TrimRight(at, "/"), rest.Options{Limited: limited, Transport: c.options.Transport})
}
