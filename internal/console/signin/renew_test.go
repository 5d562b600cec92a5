package signin_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/console/signin"
	"github.com/fasttrack-dev/fasttrack/internal/console/signin/issuertest"
)

func TestPollsNeverRefresh(t *testing.T) {
	w := open(t, issuertest.Okta(), issuertest.Options{}, nil)
	w.mustBeIn("/console/")
	old := w.token.get()
	w.clock.add(59*time.Minute + 30*time.Second)
	for _, header := range [][]string{{"Fasttrack-Poll", "1"}, {"Sec-Fetch-Mode", "cors"}, {"Sec-Fetch-Mode", "same-origin"}} {
		w.token.set("")
		if status, at, _ := w.do("GET", "/console/", nil, header...); status != 200 || at != "/console/" || w.token.get() != old {
			t.Errorf("%v: %d at %s", header, status, at)
		}
	}
	w.clock.add(time.Hour)
	for _, path := range []string{"/console/", "/console/renew?to=/console/", "/console/sign-in?to=/console/"} {
		w.token.set("")
		if status, at, _ := w.do("GET", path, nil, "Fasttrack-Poll", "1"); status != http.StatusUnauthorized || at != path || w.token.get() != "" {
			t.Errorf("%s after the token has expired: %d at %s", path, status, at)
		}
	}
	if w.issuer.Calls("refresh") != 0 || w.issuer.Calls("authorize") != 1 {
		t.Errorf("%d refreshes", w.issuer.Calls("refresh"))
	}
	w.mustBeIn("/console/") // a page load does
	if w.issuer.Calls("refresh") != 1 || w.issuer.Calls("authorize") != 1 {
		t.Errorf("%d refreshes", w.issuer.Calls("refresh"))
	}
}

// A form that is sent after the token has expired refreshes it, and is not lost.
func TestFormRefreshes(t *testing.T) {
	w := open(t, issuertest.Okta(), issuertest.Options{}, nil)
	w.mustBeIn("/console/")
	w.clock.add(2 * time.Hour)
	w.token.set("")
	follow := w.stay()
	w.do(http.MethodPost, "/console/nothing", url.Values{"reason": {"have a look"}})
	follow()
	if w.token.get() == "" || w.issuer.Calls("refresh") != 1 {
		t.Errorf("the API was called with %q after %d refreshes", w.token.get(), w.issuer.Calls("refresh"))
	}
	w.mustBeIn("/console/")
	if w.issuer.Calls("refresh") != 1 {
		t.Error("the refreshed session was not kept")
	}

	// While a tab refreshes, it does not.
	w.clock.add(2 * time.Hour)
	cookies := w.cookies()
	cookies["__Host-ft-turn"] = "ANOTHERTAB"
	w.setCookies(cookies)
	w.token.set("")
	w.stay()
	if w.do(http.MethodPost, "/console/nothing", nil); w.token.get() != "" || w.issuer.Calls("refresh") != 1 {
		t.Errorf("a form refreshed during a tab's turn")
	}
}

// The session ends after SessionLength, however often its token was refreshed.
func TestSessionEnds(t *testing.T) {
	w := open(t, issuertest.Okta(), issuertest.Options{}, func(o *signin.Options) { o.SessionLength = 3 * time.Hour })
	w.mustBeIn("/console/")
	w.issuer.SignInAs("")
	var old map[string]string
	for range 5 {
		w.clock.add(35 * time.Minute)
		w.mustBeIn("/console/")
		old = w.cookies()
	}
	if w.issuer.Calls("refresh") < 2 {
		t.Fatalf("%d refreshes", w.issuer.Calls("refresh"))
	}
	// 5 minutes before the end the token would be valid for longer.
	w.clock.add(4*time.Minute + 59*time.Second)
	w.mustBeIn("/console/")
	w.clock.add(time.Second)
	w.setCookies(old) // even if a browser keeps them
	w.token.set("")
	if _, at, _ := w.load("/console/"); !strings.Contains(at, "/authorize?") || w.token.get() != "" {
		t.Errorf("after the end a page is at %s", at)
	}
	w.do(http.MethodPost, "/console/nothing", nil)
	if w.token.get() != "" {
		t.Error("after the end a form was sent")
	}
}

func TestSessionLengthIsTwelveHoursByDefault(t *testing.T) {
	for wait, in := range map[time.Duration]bool{12*time.Hour - time.Second: true, 12 * time.Hour: false} {
		w := open(t, issuertest.Entra(), issuertest.Options{}, nil)
		w.mustBeIn("/console/")
		old := w.cookies()
		w.issuer.SignInAs("")
		w.clock.add(wait)
		w.setCookies(old)
		if _, at, _ := w.load("/console/"); (at == "/console/") != in {
			t.Errorf("after %s a page is at %s", wait, at)
		}
	}
}

// A provider that does not respond signs nobody out whose token is valid.
func TestProviderThatFailsDuringARefresh(t *testing.T) {
	for name, status := range map[string]int{"fails": 500, "refuses": 400, "throttles": 429} {
		w := open(t, issuertest.Okta(), issuertest.Options{}, nil)
		w.mustBeIn("/console/")
		old := w.token.get()
		w.issuer.Tamper(issuertest.Tamper{Status: status})
		w.clock.add(59*time.Minute + 5*time.Second)
		w.mustBeIn("/console/")
		if w.token.get() != old {
			t.Errorf("%s: another token", name)
		}
		// It is not called on every page.
		calls := w.issuer.Calls("refresh")
		w.mustBeIn("/console/")
		if got := w.issuer.Calls("refresh"); got != calls {
			t.Errorf("%s: asked again at once", name)
		}
		// Half a minute later it is.
		w.issuer.Tamper(issuertest.Tamper{})
		w.clock.add(31 * time.Second)
		cookies := w.cookies()
		delete(cookies, "__Host-ft-hold")
		w.setCookies(cookies)
		w.mustBeIn("/console/")
		if w.token.get() == old || w.issuer.Calls("authorize") != 1 {
			t.Errorf("%s: not refreshed, %d sign-ins", name, w.issuer.Calls("authorize"))
		}
	}
}

// If the refresh token is revoked, whoever is signed in at the provider gets a session
// without a page of it.
func TestRefreshTokenThatIsRevoked(t *testing.T) {
	w := open(t, issuertest.Okta(), issuertest.Options{}, nil)
	w.mustBeIn("/console/")
	w.issuer.Tamper(issuertest.Tamper{Status: 400})
	w.clock.add(2 * time.Hour)
	w.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if strings.HasPrefix(r.URL.Path, "/console/callback") {
			w.issuer.Tamper(issuertest.Tamper{})
		}
		return nil
	}
	w.mustBeIn("/console/?done=ask")
}

func TestRefreshedTokenOfAnother(t *testing.T) {
	for name, tamper := range map[string]issuertest.Tamper{
		"subject":  {ID: func(c map[string]any) { c["sub"] = "somebody" }},
		"audience": {ID: func(c map[string]any) { c["aud"] = "other" }},
		"issuer":   {ID: func(c map[string]any) { c["iss"] = "https://evil.example.com" }},
		"key":      {Signature: issuertest.OtherKey},
		"missing":  {Response: func(r map[string]any) { delete(r, "id_token") }},
	} {
		w := open(t, issuertest.Okta(), issuertest.Options{}, nil)
		w.mustBeIn("/console/")
		w.issuer.SignInAs("")
		w.issuer.Tamper(tamper)
		w.clock.add(2 * time.Hour)
		w.token.set("")
		if _, at, _ := w.load("/console/"); !strings.Contains(at, "/authorize?") || w.token.get() != "" {
			t.Errorf("%s: at %s, the API was called with %q", name, at, w.token.get())
		}
	}
}

// Without a refresh token, the browser goes to the provider when the token has expired.
func TestProviderWithoutRefreshTokens(t *testing.T) {
	w := open(t, issuertest.Google(), issuertest.Options{}, nil) // without access_type=offline
	w.mustBeIn("/console/")
	w.clock.add(59*time.Minute + 59*time.Second)
	w.mustBeIn("/console/")
	if w.issuer.Calls("authorize") != 1 {
		t.Errorf("%d sign-ins while the token is valid", w.issuer.Calls("authorize"))
	}
	if _, at, _ := w.load("/console/renew?to=/console/%3Fdone=ask"); at != "/console/?done=ask" {
		t.Errorf("a refresh without a refresh token ends at %s", at)
	}
	w.clock.add(time.Second)
	w.mustBeIn("/console/")
	if w.issuer.Calls("authorize") != 2 || w.issuer.Calls("refresh") != 0 {
		t.Errorf("%d sign-ins, %d refreshes", w.issuer.Calls("authorize"), w.issuer.Calls("refresh"))
	}
}

func TestShortLivedTokensDoNotRefreshOnEveryPage(t *testing.T) {
	w := open(t, issuertest.Okta(), issuertest.Options{Lifetime: 40 * time.Second}, nil)
	for range 10 {
		w.mustBeIn("/console/")
		w.clock.add(2 * time.Second)
	}
	if got := w.issuer.Calls("refresh"); got != 0 {
		t.Errorf("%d refreshes in 20 s of tokens of 40 s", got)
	}
}

// A client secret that was rotated is read again when the provider refuses the old one.
func TestClientSecretIsRotated(t *testing.T) {
	secret := "old"
	w := open(t, issuertest.Okta(), issuertest.Options{ClientSecret: "new"}, func(o *signin.Options) {
		o.ClientSecret = func(context.Context) (string, error) { return secret, nil }
	})
	if status, _, _ := w.load("/console/"); status != http.StatusBadRequest {
		t.Errorf("with the wrong secret: %d", status)
	}
	secret = "new"
	w.clock.add(time.Minute)
	w.mustBeIn("/console/")
}
