package onelogin

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook/rest"
)

// early is how long before its end a token is no longer used.
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
	return &access{rest: rest.New("OneLogin", baseURL, func(ctx context.Context, h http.Header) error {
		pair, err := credentials(ctx)
		if err != nil {
			return err
		}
		if id, secret, ok := strings.Cut(pair, ":"); !ok || id == "" || secret == "" {
			return errors.New(`the credentials of OneLogin are not "id:secret"`)
		}
		h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
		return nil
	})}
}

// bearer adds a token that is good for a minute at least.
func (a *access) bearer(ctx context.Context, h http.Header) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if time.Now().After(a.until) {
		var got struct {
			Token     string `json:"access_token"`
			ExpiresIn int    `json:"expires_in"` // seconds
		}
		if _, err := a.rest.Do(ctx, http.MethodPost, "/auth/oauth2/v2/token", nil, url.Values{"grant_type": {"client_credentials"}}, &got); err != nil {
			return err
		}
		if got.Token == "" {
			return errors.New("OneLogin gave no token for the credentials; check the secret")
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

// get reads as [rest.Client.Get] does, with another token where the first is
// refused.
func (c *Client) get(ctx context.Context, path string, query url.Values, v any) (http.Header, error) {
	header, err := c.rest.Get(ctx, path, query, v)
	var refused *rest.Error
	if errors.As(err, &refused) && refused.Status == http.StatusUnauthorized {
		c.access.forget()
		header, err = c.rest.Get(ctx, path, query, v)
	}
	return header, err
}
