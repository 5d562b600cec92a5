package signin_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/console/signin"
	"github.com/fasttrack-dev/fasttrack/internal/console/signin/issuertest"
)

func TestOptions(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*signin.Options)
		wrong  string
	}{
		"least":               {func(*signin.Options) {}, ""},
		"http issuer":         {func(o *signin.Options) { o.Issuer = "http://issuer.example.com" }, "Issuer must be an https URL"},
		"issuer of this host": {func(o *signin.Options) { o.Issuer = "http://127.0.0.1:9400/x" }, ""},
		"no issuer":           {func(o *signin.Options) { o.Issuer = "" }, "Issuer"},
		"http origin":         {func(o *signin.Options) { o.Origin = "http://console.example.com" }, "Origin must be an https URL"},
		"origin with a path":  {func(o *signin.Options) { o.Origin = "https://console.example.com/" }, "Origin must be a scheme and a host"},
		"no client":           {func(o *signin.Options) { o.ClientID = "" }, "ClientID"},
		"no keys":             {func(o *signin.Options) { o.Keys = nil }, "Keys"},
		"unknown token":       {func(o *signin.Options) { o.Token = "both" }, "Token must be id or access"},
		"scopes, no openid":   {func(o *signin.Options) { o.Scopes = []string{"email"} }, "Scopes must contain openid"},
		"negative length":     {func(o *signin.Options) { o.SessionLength = -time.Hour }, "SessionLength"},
		"http sign-out":       {func(o *signin.Options) { o.SignOutURL = "http://example.com/out" }, "SignOutURL"},
	} {
		o := signin.Options{
			Issuer: "https://issuer.example.com", ClientID: "console", Origin: "https://console.example.com",
			Keys: func(context.Context) ([][]byte, error) { return nil, nil },
		}
		tc.change(&o)
		_, err := signin.New(o)
		if (err == nil) != (tc.wrong == "") || err != nil && !strings.Contains(err.Error(), tc.wrong) {
			t.Errorf("%s: %v, want %q", name, err, tc.wrong)
		}
	}
}

// What is requested of each provider, without scopes of one's own: offline_access only
// of those that list it, since others refuse it.
func TestAuthorizationRequest(t *testing.T) {
	for name, want := range map[string]string{
		"cognito": "openid email profile", "okta": "openid email profile offline_access",
		"entra": "openid email profile offline_access", "google": "openid email profile",
	} {
		s := setups()[name]
		w := s.open(t, "s")
		follow := w.stay()
		res, err := w.Get(w.origin + "/console/sign-in")
		follow()
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		to, err := url.Parse(res.Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		q := to.Query()
		if q.Get("scope") != want || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" ||
			len(q.Get("code_challenge")) != 43 || q.Get("nonce") == "" || q.Get("redirect_uri") != w.origin+"/console/callback" {
			t.Errorf("%s: %s", name, to)
		}
		if got := q.Get("access_type"); (got == "offline") != (name == "google") {
			t.Errorf("%s: access_type=%s", name, got)
		}
		if q.Has("client_secret") || q.Has("code_verifier") {
			t.Errorf("%s: a secret is in %s", name, to)
		}
	}
}

func TestScopesOfOnesOwn(t *testing.T) {
	w := open(t, issuertest.Okta(), issuertest.Options{}, func(o *signin.Options) { o.Scopes = []string{"openid", "email"} })
	w.mustBeIn("/console/")
	w.clock.add(2 * time.Hour)
	w.mustBeIn("/console/") // by a sign-in: offline_access is what gets a refresh token
	if w.issuer.Calls("refresh") != 0 || w.issuer.Calls("authorize") != 2 {
		t.Errorf("%d refreshes, %d sign-ins", w.issuer.Calls("refresh"), w.issuer.Calls("authorize"))
	}
}
