package signin_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/console/signin"
	"github.com/fasttrack-dev/fasttrack/internal/console/signin/issuertest"
)

func TestSignOutThatTheProviderDoesNotConfirm(t *testing.T) {
	for name, breakIt := range map[string]func(*world){
		"wrong secret": func(w *world) {
			w.handler = w.door(func(o *signin.Options) {
				o.ClientSecret = func(context.Context) (string, error) { return "wrong", nil }
			})
		},
		"no response": func(w *world) {
			w.handler = w.door(func(o *signin.Options) {
				o.HTTPClient = &http.Client{Transport: failing{}}
			})
		},
	} {
		w := open(t, issuertest.Okta(), issuertest.Options{ClientSecret: "s"}, nil)
		w.mustBeIn("/console/")
		breakIt(w)
		status, _, body := w.do(http.MethodPost, "/console/sign-out", nil)
		if status != 200 || !strings.Contains(body, "signed out of the console") || !strings.Contains(body, "did not confirm") {
			t.Errorf("%s: %d: %s", name, status, heading(body))
		}
		if len(w.cookies()) != 0 {
			t.Errorf("%s: cookies are left", name)
		}
		if len(w.issuer.Revoked()) != 0 {
			t.Errorf("%s: revoked", name)
		}
	}
}

// failing is a network without a provider.
type failing struct{}

func (failing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, http.ErrServerClosed
}

func TestSignOutIsAPostOfTheConsole(t *testing.T) {
	w := open(t, issuertest.Okta(), issuertest.Options{}, nil)
	w.mustBeIn("/console/")
	for _, site := range []string{"cross-site", "same-site"} {
		if status, _, _ := w.do(http.MethodPost, "/console/sign-out", nil, "Sec-Fetch-Site", site); status != http.StatusForbidden {
			t.Errorf("%s: %d", site, status)
		}
	}
	if status, _, _ := w.do(http.MethodPost, "/console/sign-out", nil, "Sec-Fetch-Site", "", "Origin", "https://evil.example.com"); status != http.StatusForbidden {
		t.Errorf("of another origin: %d", status)
	}
	w.load("/console/sign-out")
	w.mustBeIn("/console/")
	if len(w.issuer.Revoked()) != 0 {
		t.Error("a refresh token was revoked")
	}
}

func TestSignOutOfWhoIsNotIn(t *testing.T) {
	w := open(t, issuertest.Okta(), issuertest.Options{}, nil)
	if status, at, body := w.do(http.MethodPost, "/console/sign-out", nil); status != 200 || at != "/console/signed-out" || !strings.Contains(body, "signed out") {
		t.Errorf("%d at %s", status, at)
	}
	if w.issuer.Calls("revoke") != 0 {
		t.Error("the provider was called")
	}
}

func TestSignOutDeletesEveryCookie(t *testing.T) {
	w := signedIn(t, issuertest.Okta(), 150)
	if w.sessions() != 2 {
		t.Fatalf("%d cookies, want a session of two", w.sessions())
	}
	w.do(http.MethodPost, "/console/sign-out", nil)
	if left := w.cookies(); len(left) != 0 {
		t.Errorf("cookies are left: %v", left)
	}
}

func TestSignOutURL(t *testing.T) {
	w := open(t, issuertest.Okta(), issuertest.Options{}, func(o *signin.Options) { o.SignOutURL = "https://example.okta.com/login/signout" })
	if _, _, body := w.load("/console/signed-out"); !strings.Contains(body, `href="https://example.okta.com/login/signout"`) || strings.Contains(body, "/logout") {
		t.Error(heading(body))
	}
}

// Behind each of these there is a person who wants to sign in and come back, or somebody
// who wants them elsewhere.
func TestSignInReturnsToThePage(t *testing.T) {
	w := open(t, issuertest.Okta(), issuertest.Options{}, nil)
	for to, want := range map[string]string{
		"/console/requests/01J?done=ask%26b":    "/console/requests/01J?done=ask%26b",
		"/console/activity?q=a%20b&status=x":    "/console/activity?q=a%20b&status=x",
		"":                                      "/console/",
		"https://evil.example.com/console/":     "/console/",
		"//evil.example.com/console/":           "/console/",
		"/console/../../evil":                   "/console/",
		"/%2fevil.example.com":                  "/console/",
		"/console/%0d%0aSet-Cookie:a=b":         "/console/%0D%0ASet-Cookie:a=b",
		"/console/?" + strings.Repeat("a", 2e3): "/console/",
	} {
		w.setCookies(nil)
		callback := w.callbackOf("/console/sign-in?to=" + strings.NewReplacer("%", "%25", "&", "%26", "?", "%3F", "+", "%2B").Replace(to))
		w.stay()
		r, err := http.NewRequest("GET", w.origin+callback, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := w.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := res.Header.Get("Location"); !strings.EqualFold(got, want) {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
		if len(res.Header["Set-Cookie"]) != 3 {
			t.Errorf("%q sets %q", to, res.Header["Set-Cookie"])
		}
		w.CheckRedirect = nil
	}
	// The same holds for the ways of a session.
	w.setCookies(nil)
	w.mustBeIn("/console/")
	w.stay()
	for _, path := range []string{"/console/renew?to=https://evil.example.com", "/console/sign-in?to=//evil.example.com"} {
		r := httptest.NewRequest("GET", w.origin+path, nil)
		for name, value := range w.cookies() {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, r)
		if strings.Contains(rec.Header().Get("Location")+rec.Body.String(), "evil") {
			t.Errorf("%s leads to %s", path, rec.Header().Get("Location"))
		}
	}
}
