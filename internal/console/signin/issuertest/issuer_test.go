package issuertest_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/fasttrack-dev/fasttrack/internal/console/signin/issuertest"
)

// Each issuer is one to a client that was not written for it.
func TestTokensOfEachProfile(t *testing.T) {
	for _, profile := range issuertest.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			issuer := issuertest.Start(t, profile, issuertest.Options{})
			provider, err := oidc.NewProvider(t.Context(), issuer.URL())
			if err != nil {
				t.Fatal(err)
			}
			access, id := issuer.Tokens("linus@example.com", "openid", "email")
			token, err := provider.Verifier(&oidc.Config{ClientID: issuer.ClientID()}).Verify(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			var claims struct{ Email string }
			if err := token.Claims(&claims); err != nil || claims.Email != "linus@example.com" {
				t.Errorf("email is %q (%v)", claims.Email, err)
			}
			if err := token.VerifyAccessToken(access); profile.Name != "entra" && err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPageOfPeople(t *testing.T) {
	issuer := issuertest.Start(t, issuertest.Google(), issuertest.Options{RedirectURIs: []string{"https://console.example.com/console/callback"}})
	for query, want := range map[string]int{
		"?client_id=console&redirect_uri=https://console.example.com/console/callback&response_type=code&scope=openid&state=s&nonce=n&code_challenge=c&code_challenge_method=S256": 200,
		"?client_id=console&redirect_uri=https://evil.example.com/":                        400,
		"?client_id=other&redirect_uri=https://console.example.com/console/callback":       400,
		"?client_id=console&redirect_uri=https://console.example.com/console/callback&x=y": 302,
	} {
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		res, err := client.Get(issuer.URL() + "/authorize" + query)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %d, want %d", query, res.StatusCode, want)
		}
	}
}

func TestDiscoveryLacksWhatTheProviderLacks(t *testing.T) {
	for _, profile := range issuertest.Profiles() {
		issuer := issuertest.Start(t, profile, issuertest.Options{})
		res, err := http.Get(issuer.URL() + "/.well-known/openid-configuration")
		if err != nil {
			t.Fatal(err)
		}
		var document map[string]any
		err = json.NewDecoder(res.Body).Decode(&document)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		for member, offered := range map[string]bool{"revocation_endpoint": profile.Revocation, "end_session_endpoint": profile.EndSession} {
			if _, found := document[member]; found != offered {
				t.Errorf("%s: %s is %v", profile.Name, member, document[member])
			}
		}
	}
}
