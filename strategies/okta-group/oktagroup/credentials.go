package oktagroup

import (
	"context"
	"crypto/rand"
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

// scopes are what a service app needs.
const scopes = "okta.groups.manage okta.users.read"

// credentials authorize calls to the organization at a URL.
type credentials struct {
	org       string
	transport http.RoundTripper
	now       func() time.Time
}

// key is a secret that holds the key of a service app, which signs its own requests for
// tokens (OAuth 2.0 with private_key_jwt).
type key struct {
	ClientID   string          `json:"client_id"`
	PrivateKey json.RawMessage `json:"private_key"`
	KeyID      string          `json:"key_id"`
}

// mint returns the token for a secret: an API token as it is, or a new token of a service
// app for the text {"client_id": …, "private_key": …, "key_id": …}.
func (c credentials) mint(ctx context.Context, text string) (token.Token, error) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "{") {
		if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return token.Token{}, errors.New("the secret must hold an API token of Okta, or the JSON of a service app's key")
		}
		return token.Token{Header: "SSWS " + text}, nil
	}
	var k key
	if json.Unmarshal([]byte(text), &k) != nil || k.ClientID == "" || len(k.PrivateKey) == 0 {
		return token.Token{}, errors.New("the secret must hold client_id, private_key and key_id of a service app in Okta")
	}
	private := string(k.PrivateKey)
	if json.Unmarshal(k.PrivateKey, &private) != nil {
		private = string(k.PrivateKey) // a JSON web key
	}
	now := c.now()
	at := c.org + "/oauth2/v1/token"
	signed, err := jwt.Sign(jwt.Assertion{Issuer: k.ClientID, Subject: k.ClientID, Audience: at, Issued: now, Expires: now.Add(5 * time.Minute), ID: rand.Text()}, private, k.KeyID)
	if err != nil {
		return token.Token{}, err
	}
	var out struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int    `json:"expires_in"`
	}
	_, err = rest.New(service, c.org, rest.Options{Limited: limited, Transport: c.transport}).Do(ctx, rest.Call{
		Method: http.MethodPost, Path: "/oauth2/v1/token", Body: url.Values{
			"grant_type": {"client_credentials"}, "scope": {scopes}, "client_assertion": {signed},
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		},
	}, &out)
	switch {
	case rest.HasStatus(err, http.StatusBadRequest), rest.HasStatus(err, http.StatusUnauthorized):
		return token.Token{}, fmt.Errorf("%s grants the service app no token; check its key, its scopes ("+scopes+"), its admin role, and that it does not require DPoP", service)
	case err != nil:
		return token.Token{}, err
	case out.AccessToken == "" || !strings.EqualFold(out.TokenType, "Bearer") || out.ExpiresIn <= 0:
		return token.Token{}, fmt.Errorf("%s sent no bearer token to the service app", service)
	}
	return token.Token{Header: "Bearer " + out.AccessToken, Expires: now.Add(time.Duration(out.ExpiresIn) * time.Second)}, nil
}
