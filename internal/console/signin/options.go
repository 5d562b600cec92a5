package signin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/fasttrack-dev/fasttrack/internal/loopback"
)

// Token is which of the provider's tokens is sent to the API.
type Token string

// The tokens.
const (
	AccessToken Token = "access"
	IDToken     Token = "id"
)

// Options describe a door.
type Options struct {
	// Issuer is the URL of the provider, which is iss in its tokens.
	Issuer string
	// ClientID is the console's at the provider.
	ClientID string
	// ClientSecret returns the client's secret. Nil is a public client. What it returns is
	// kept for five minutes.
	ClientSecret func(context.Context) (string, error)
	// Keys returns one or two keys of 32 bytes. The first seals cookies, each opens them.
	// What it returns is kept for five minutes.
	Keys func(context.Context) ([][]byte, error)
	// Origin is the console's, such as https://fasttrack.example.com. The provider must
	// know Origin + "/console/callback" as a redirect URI of the client.
	Origin string
	// Token is which token the API takes. Empty is [AccessToken].
	Token Token
	// Scopes are requested. Empty is openid, email and profile, and offline_access if the
	// provider lists it.
	Scopes []string
	// Parameters are added to the authorization request, such as access_type=offline.
	Parameters url.Values
	// SignOutURL is the provider's page that ends its own session. Empty is the
	// end_session_endpoint of its discovery document.
	SignOutURL string
	// SessionLength is how long a session lasts at most, however often its token is
	// refreshed. 0 is 12 hours.
	SessionLength time.Duration
	// HTTPClient calls the provider. Nil is a client with a timeout of 5 seconds.
	HTTPClient *http.Client
	// Now is time.Now if nil.
	Now func() time.Time
	// Sleep waits; nil is until the time has passed or the request has ended.
	Sleep func(context.Context, time.Duration)
	// Log is [slog.Default] if nil.
	Log *slog.Logger
}

const (
	defaultSessionLength = 12 * time.Hour
	providerTimeout      = 5 * time.Second
)

// check returns what is wrong with the options, and fills in those left out.
func (o *Options) check() error {
	if err := secureURL("Issuer", o.Issuer); err != nil {
		return err
	}
	if err := secureURL("Origin", o.Origin); err != nil {
		return err
	}
	if u, _ := url.Parse(o.Origin); u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("option Origin must be a scheme and a host, such as https://fasttrack.example.com, got %q", o.Origin)
	}
	switch {
	case o.ClientID == "":
		return errors.New("option ClientID is empty")
	case o.Keys == nil:
		return errors.New("option Keys is nil")
	case o.Token != "" && o.Token != AccessToken && o.Token != IDToken:
		return fmt.Errorf("option Token must be id or access, got %q", o.Token)
	case o.SessionLength < 0:
		return fmt.Errorf("option SessionLength must be positive, got %s", o.SessionLength)
	case len(o.Scopes) > 0 && !slices.Contains(o.Scopes, oidc.ScopeOpenID):
		return errors.New("option Scopes must contain openid")
	}
	if o.SignOutURL != "" {
		if err := secureURL("SignOutURL", o.SignOutURL); err != nil {
			return err
		}
	}
	if o.Token == "" {
		o.Token = AccessToken
	}
	if o.SessionLength == 0 {
		o.SessionLength = defaultSessionLength
	}
	if o.HTTPClient == nil {
		o.HTTPClient = &http.Client{Timeout: providerTimeout}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return nil
}

// secureURL returns an error unless a URL is https, or of this machine, as tests use.
func secureURL(name, raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback.Is(u.Hostname())) {
		return fmt.Errorf("option %s must be an https URL, got %q", name, raw)
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// scopes returns the scopes to request of a provider that lists the given ones.
func (o *Options) scopes(listed []string) []string {
	if len(o.Scopes) > 0 {
		return o.Scopes
	}
	scopes := strings.Fields("openid email profile")
	if slices.Contains(listed, oidc.ScopeOfflineAccess) {
		scopes = append(scopes, oidc.ScopeOfflineAccess)
	}
	return scopes
}
