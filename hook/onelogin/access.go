package onelogin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook/rest"
)

// early is how long before its expiry a token is renewed.
const early = time.Minute

// access holds the token that calls are made with (OAuth 2.0 client credentials,
// https://developers.onelogin.com/api-docs/2/oauth20-tokens/generate-tokens-2).
type access struct {
	rest *rest.Client

	mu    sync.Mutex
	token string
	until time.Time
}

func newAccess(baseURL string, credentials func(context.Context) (string, error)) *access {
	return &access{rest: rest.New("OneLogin", baseURL, rest.Basic(credentials))}
}

// bearer adds a token that is valid for another minute at least.
func (a *access) bearer(ctx context.Context, h http.Header) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if time.Now().After(a.until) {
		var got struct {
			Token     string `json:"access_token"`
			ExpiresIn int    `json:"expires_in"` // seconds
		}
		if err := a.rest.Post(ctx, "/auth/oauth2/v2/token", url.Values{"grant_type": {"client_credentials"}}, &got); err != nil {
			return err
		}
		if got.Token == "" {
			return errors.New("OneLogin returned no token for the credentials; check the secret")
		}
		a.token, a.until = got.Token, time.Now().Add(time.Duration(got.ExpiresIn)*time.Second-early)
	}
	h.Set("Authorization", "Bearer "+a.token)
	return nil
}

// forget drops a token that OneLogin refused: tokens can be revoked.
func (a *access) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.until = time.Time{}
}

// get is [rest.Client.Do] for a GET. It gets another token where the first is refused.
func (c *Client) get(ctx context.Context, path string, query url.Values, v any) (http.Header, error) {
	header, err := c.rest.Do(ctx, rest.Request{Path: path, Query: query}, v)
	if rest.HasStatus(err, http.StatusUnauthorized) {
		c.access.forget()
		header, err = c.rest.Do(ctx, rest.Request{Path: path, Query: query}, v)
	}
	return header, err
}
