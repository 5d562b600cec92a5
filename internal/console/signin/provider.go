package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// provider is what the discovery document of the issuer says.
type provider struct {
	*oidc.Provider
	metadata
}

// metadata are the members of a discovery document that go-oidc does not read.
type metadata struct {
	Scopes       []string `json:"scopes_supported"`
	AuthMethods  []string `json:"token_endpoint_auth_methods_supported"`
	Revocation   string   `json:"revocation_endpoint"`
	EndSession   string   `json:"end_session_endpoint"`
	IssParameter bool     `json:"authorization_response_iss_parameter_supported"`
}

// discoveredFor is how long a discovery document is used.
const discoveredFor = time.Hour

// discovered is the provider, once somebody has needed it. A cold start asks nobody.
type discovered struct {
	mu    sync.Mutex
	last  *provider
	since time.Time
}

// provider returns the provider, which it asks at most once an hour.
func (d *Door) provider(ctx context.Context) (*provider, error) {
	d.discovered.mu.Lock()
	defer d.discovered.mu.Unlock()
	last := d.discovered.last
	if last != nil && d.Now().Sub(d.discovered.since) < discoveredFor {
		return last, nil
	}
	// The context lives on in the set of keys, which outlasts this request.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), d.HTTPClient), d.Issuer)
	p := &provider{Provider: found}
	if err == nil {
		err = found.Claims(&p.metadata)
	}
	switch {
	case err == nil:
		d.discovered.last, d.discovered.since = p, d.Now()
		return p, nil
	case last != nil:
		return last, nil
	}
	return nil, err
}

// client returns the console's client at a provider.
func (d *Door) client(ctx context.Context, p *provider, secret func(context.Context) (string, error)) (*oauth2.Config, error) {
	c := &oauth2.Config{
		ClientID: d.ClientID, Endpoint: p.Endpoint(),
		RedirectURL: d.Origin + callbackPath, Scopes: d.scopes(p.Scopes),
	}
	// Left to itself, package oauth2 tries both styles, and a code may be spent by the first.
	c.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	if secret != nil {
		var err error
		if c.ClientSecret, err = secret(ctx); err != nil {
			return nil, fmt.Errorf("cannot read the client secret: %w", err)
		}
		if len(p.AuthMethods) == 0 || slices.Contains(p.AuthMethods, "client_secret_basic") {
			c.Endpoint.AuthStyle = oauth2.AuthStyleInHeader // the default of OpenID Connect Discovery
		}
	}
	return c, nil
}

// call makes a call of the token endpoint. One that is refused for the client's secret is
// made once more if the secret was rotated meanwhile.
func (d *Door) call(ctx context.Context, p *provider, do func(context.Context, *oauth2.Config) (*oauth2.Token, error)) (*oauth2.Token, error) {
	ctx = oidc.ClientContext(ctx, d.HTTPClient)
	var secret, newer func(context.Context) (string, error)
	if d.secret != nil {
		secret, newer = d.secret.get, d.secret.newer
	}
	c, err := d.client(ctx, p, secret)
	if err != nil {
		return nil, err
	}
	t, err := do(ctx, c)
	if refusal(err) != "invalid_client" || newer == nil {
		return t, err
	}
	rotated, err2 := d.client(ctx, p, newer)
	if err2 != nil || rotated.ClientSecret == c.ClientSecret {
		return t, err
	}
	return do(ctx, rotated)
}

// refusal returns the error code with which the token endpoint refused a call; "" if it
// did not respond, or failed.
func refusal(err error) string {
	var r *oauth2.RetrieveError
	if !errors.As(err, &r) || r.Response == nil || r.Response.StatusCode >= 500 || r.Response.StatusCode == http.StatusTooManyRequests {
		return ""
	}
	if r.ErrorCode == "" {
		return "refused"
	}
	return r.ErrorCode
}

// reason returns an error for the log. What the token endpoint responds can hold tokens,
// so only its code is.
func reason(err error) string {
	var r *oauth2.RetrieveError
	if errors.As(err, &r) && r.Response != nil {
		return fmt.Sprintf("the token endpoint responds %d %s", r.Response.StatusCode, plainCode(r.ErrorCode))
	}
	return err.Error()
}

// plainCode returns an error code if it looks like one of OAuth 2.0.
func plainCode(code string) string {
	if len(code) > 60 {
		return ""
	}
	for _, r := range code {
		if (r < 'a' || r > 'z') && r != '_' {
			return ""
		}
	}
	return code
}
