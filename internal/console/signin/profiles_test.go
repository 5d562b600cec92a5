package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/fasttrack-dev/fasttrack/internal/console/signin"
	"github.com/fasttrack-dev/fasttrack/internal/console/signin/issuertest"
)

// setup is how a page of docs/console sets the console up for a provider.
type setup struct {
	profile issuertest.Profile
	token   signin.Token
	// parameters and scopes are those of the page.
	parameters url.Values
	scopes     []string
	// audience is JwtAudience.
	audience string
	// email and groups are the claims that the API reads; groups is "" if the provider
	// has none.
	email, groups string
}

func setups() map[string]setup {
	return map[string]setup{
		"cognito": {profile: issuertest.Cognito(), token: signin.IDToken, audience: "console", email: "email", groups: "cognito:groups"},
		"cognito with access tokens": {
			profile: issuertest.Cognito(), token: signin.AccessToken, audience: "console", groups: "cognito:groups",
		},
		"okta":  {profile: issuertest.Okta(), token: signin.AccessToken, audience: "api://default", email: "email", groups: "groups"},
		"entra": {profile: issuertest.Entra(), token: signin.IDToken, audience: "console", email: "email", groups: "groups"},
		"entra with a scope of the API": {
			profile: issuertest.Entra(), token: signin.AccessToken, audience: "console", email: "email", groups: "groups",
			scopes: []string{"openid", "email", "profile", "offline_access", "api://console/use"},
		},
		"google": {
			profile: issuertest.Google(), token: signin.IDToken, audience: "console", email: "email",
			parameters: url.Values{"access_type": {"offline"}, "prompt": {"consent"}},
		},
	}
}

// open returns the world of a setup.
func (s setup) open(t *testing.T, secret string) *world {
	t.Helper()
	return open(t, s.profile, issuertest.Options{ClientSecret: secret}, func(o *signin.Options) {
		o.Token, o.Scopes, o.Parameters = s.token, s.scopes, s.parameters
	})
}

// authorized reports what API Gateway's JWT authorizer finds wrong with a token, in the
// order of
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html.
func (s setup) authorized(t *testing.T, w *world, token string) map[string]any {
	t.Helper()
	provider, err := oidc.NewProvider(t.Context(), w.issuer.URL())
	if err != nil {
		t.Fatal(err)
	}
	// The signature, iss and exp.
	verified, err := provider.Verifier(&oidc.Config{SkipClientIDCheck: true, SupportedSigningAlgs: []string{oidc.RS256}, Now: w.clock.Now}).Verify(t.Context(), token)
	if err != nil {
		t.Fatalf("API Gateway refuses the token: %v", err)
	}
	var claims map[string]any
	if err := verified.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	audience := verified.Audience
	if len(audience) == 0 {
		id, _ := claims["client_id"].(string)
		audience = []string{id}
	}
	if len(audience) != 1 || audience[0] != s.audience {
		t.Errorf("the audience is %q, JwtAudience is %q", audience, s.audience)
	}
	if _, is := claims["iat"].(float64); !is {
		t.Error("the token has no iat, which the API needs")
	}
	return claims
}

func TestEachProvider(t *testing.T) {
	for name, s := range setups() {
		for kind, secret := range map[string]string{"public": "", "secret": "s3cret/+ of the client"} {
			if s.profile.SecretRequired && secret == "" {
				continue
			}
			t.Run(name+" "+kind, func(t *testing.T) { s.run(t, secret) })
		}
	}
}

func (s setup) run(t *testing.T, secret string) {
	w := s.open(t, secret)

	// Sign in, and come back to the page.
	w.mustBeIn("/console/?done=ask")
	first := w.token.get()
	claims := s.authorized(t, w, first)
	if s.email != "" && claims[s.email] != "ada@example.com" {
		t.Errorf("claim %s is %v", s.email, claims[s.email])
	}
	if groups, _ := claims[s.groups].([]any); s.groups != "" && (len(groups) != 1 || groups[0] != "developers") {
		t.Errorf("claim %s is %v", s.groups, claims[s.groups])
	}

	// Call on, without the provider.
	calls := w.issuer.Calls("authorize")
	w.mustBeIn("/console/")
	if w.token.get() != first || w.issuer.Calls("authorize") != calls {
		t.Error("a second page used another token")
	}

	// Refresh: the newer token has today's groups.
	w.issuer.SetGroups("ada@example.com", "developers", "sre")
	w.issuer.SignInAs("")
	w.clock.add(59*time.Minute + 30*time.Second)
	w.mustBeIn("/console/")
	if w.token.get() == first || w.issuer.Calls("refresh") != 1 {
		t.Fatalf("%d refreshes", w.issuer.Calls("refresh"))
	}
	claims = s.authorized(t, w, w.token.get())
	if groups, _ := claims[s.groups].([]any); s.groups != "" && len(groups) != 2 {
		t.Errorf("claim %s is %v after a refresh", s.groups, claims[s.groups])
	}

	// And refresh once more with the refresh token of the first refresh.
	w.clock.add(2 * time.Hour)
	w.mustBeIn("/console/")
	if w.issuer.Calls("refresh") != 2 || w.issuer.Reused() != 0 {
		t.Errorf("%d refreshes, %d of them with an old token", w.issuer.Calls("refresh"), w.issuer.Reused())
	}

	// Sign out.
	old := w.cookies()
	status, at, body := w.do(http.MethodPost, "/console/sign-out", nil)
	if status != 200 || at != "/console/signed-out" || strings.Contains(body, "did not confirm") {
		t.Errorf("%d at %s: %s", status, at, body)
	}
	if linked := strings.Contains(body, w.issuer.URL()+"/logout?client_id=console"); linked != s.profile.EndSession {
		t.Errorf("the page links to the provider's logout: %v\n%s", linked, body)
	}
	if got := len(w.issuer.Revoked()); (got == 1) != s.profile.Revocation {
		t.Errorf("%d refresh tokens were revoked", got)
	}
	if left := w.cookies(); len(left) != 0 {
		t.Errorf("cookies are left: %v", left)
	}
	if _, at, _ := w.load("/console/"); !strings.Contains(at, "/authorize?") {
		t.Errorf("after the sign-out a page is at %s", at)
	}

	// What a copy of the cookies can do after it: nothing, once the token has expired and
	// if the provider could revoke the refresh token.
	w.setCookies(old)
	w.clock.add(2 * time.Hour)
	_, at, _ = w.load("/console/")
	if in := at == "/console/"; in == s.profile.Revocation {
		t.Errorf("with copied cookies a page is at %s", at)
	}
}
