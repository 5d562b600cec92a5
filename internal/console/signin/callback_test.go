package signin_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/console/signin"
	"github.com/fasttrack-dev/fasttrack/internal/console/signin/issuertest"
)

// sessions returns how many session cookies the browser has.
func (w *world) sessions() (n int) {
	for name := range w.cookies() {
		if strings.Contains(name, "session") {
			n++
		}
	}
	return n
}

// mustBeOut fails the test unless the browser has no session and the API was not called.
func (w *world) mustBeOut(when string) {
	w.t.Helper()
	if w.sessions() != 0 || w.token.get() != "" {
		w.t.Errorf("%s: %d session cookies, the API was called with %q", when, w.sessions(), w.token.get())
	}
}

// What a provider, or somebody between it and the browser, can get wrong.
func TestResponsesThatAreRefused(t *testing.T) {
	claim := func(name string, value any) issuertest.Tamper {
		return issuertest.Tamper{ID: func(c map[string]any) {
			if c[name] = value; value == nil {
				delete(c, name)
			}
		}}
	}
	callback := func(name, value string) issuertest.Tamper {
		return issuertest.Tamper{Callback: func(q url.Values) {
			if q.Set(name, value); value == "" {
				q.Del(name)
			}
		}}
	}
	response := func(name string, value any) issuertest.Tamper {
		return issuertest.Tamper{Response: func(r map[string]any) {
			if r[name] = value; value == nil {
				delete(r, name)
			}
		}}
	}
	const when = 1795867200 // 2026-11-28T12:00:00Z, when the test's clock stands
	for name, tc := range map[string]struct {
		tamper issuertest.Tamper
		status int
		title  string
		// codes is how many codes may have reached the token endpoint.
		codes int
		token signin.Token
	}{
		"nonce of another sign-in":   {claim("nonce", "other"), 400, "was refused", 1, ""},
		"no nonce":                   {claim("nonce", nil), 400, "was refused", 1, ""},
		"another key":                {issuertest.Tamper{Signature: issuertest.OtherKey}, 400, "was refused", 1, ""},
		"alg none":                   {issuertest.Tamper{Signature: issuertest.None}, 400, "was refused", 1, ""},
		"alg HS256 by public key":    {issuertest.Tamper{Signature: issuertest.HS256}, 400, "was refused", 1, ""},
		"another audience":           {claim("aud", "other"), 400, "was refused", 1, ""},
		"no audience":                {claim("aud", nil), 400, "was refused", 1, ""},
		"two audiences, no azp":      {issuertest.Tamper{ID: func(c map[string]any) { c["aud"] = []string{"console", "other"}; delete(c, "azp") }}, 400, "was refused", 1, ""},
		"azp of another client":      {claim("azp", "other"), 400, "was refused", 1, ""},
		"another issuer":             {claim("iss", "https://evil.example.com"), 400, "was refused", 1, ""},
		"expired":                    {claim("exp", when-1), 400, "was refused", 1, ""},
		"not valid yet":              {claim("nbf", when+3600), 400, "was refused", 1, ""},
		"no subject":                 {claim("sub", nil), 400, "was refused", 1, ""},
		"no ID token":                {response("id_token", nil), 400, "was refused", 1, ""},
		"ID token that is no JWT":    {response("id_token", "a.b"), 400, "was refused", 1, ""},
		"access token of another":    {claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), 400, "was refused", 1, signin.AccessToken},
		"no access token":            {response("access_token", nil), 400, "was refused", 1, signin.AccessToken},
		"opaque access token":        {issuertest.Tamper{}, 500, "read your token", 1, signin.AccessToken},
		"token endpoint fails":       {issuertest.Tamper{Status: 500}, 400, "was refused", 1, ""},
		"callback of another issuer": {callback("iss", "https://evil.example.com"), 400, "was refused", 0, ""},
		"callback of no issuer":      {callback("iss", ""), 400, "was refused", 0, ""},
		"another state":              {callback("state", "0.other"), 400, "did not begin here", 0, ""},
		"state of another slot":      {callback("state", "1.other"), 400, "did not begin here", 0, ""},
		"state of no slot":           {callback("state", "9.other"), 400, "did not begin here", 0, ""},
		"no state":                   {callback("state", ""), 400, "did not begin here", 0, ""},
		"no code":                    {callback("code", ""), 400, "was refused", 1, ""},
		"another code":               {callback("code", "other"), 400, "was refused", 1, ""},
		"refusal":                    {callback("error", "access_denied"), 403, "provider refused", 0, ""},
		"refusal of a script":        {callback("error", "<script>alert(1)</script>"), 403, "provider refused", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			// Google's profile returns iss in the callback.
			w := open(t, issuertest.Google(), issuertest.Options{}, func(o *signin.Options) {
				if tc.token != "" {
					o.Token = tc.token
				}
			})
			w.issuer.Tamper(tc.tamper)
			status, at, body := w.load("/console/")
			if status != tc.status || !strings.HasPrefix(at, "/console/callback?") || !strings.Contains(body, tc.title) {
				t.Errorf("%d at %s: %s", status, at, heading(body))
			}
			if got := w.issuer.Calls("code"); got != tc.codes {
				t.Errorf("%d codes reached the token endpoint, want %d", got, tc.codes)
			}
			if strings.Contains(body, "<script>alert") {
				t.Error("a text of the callback is HTML")
			}
			w.mustBeOut(name)
			// The sign-in page leads on, once the provider is right again.
			w.issuer.Tamper(issuertest.Tamper{})
			if tc.token == "" {
				w.mustBeIn("/console/")
			}
		})
	}
}

// Somebody finishes their own sign-in up to the callback, and has another person follow
// that link: the person must not be signed in as them.
func TestLoginCSRF(t *testing.T) {
	attacker := open(t, issuertest.Okta(), issuertest.Options{}, nil)
	link := attacker.callbackOf("/console/sign-in")

	victim := &world{t: t, Client: attacker.Client, clock: attacker.clock, issuer: attacker.issuer, origin: attacker.origin, log: attacker.log}
	victim.setCookies(nil)
	status, _, body := victim.load(link)
	if status != http.StatusBadRequest || !strings.Contains(body, "did not begin here") {
		t.Errorf("%d: %s", status, heading(body))
	}
	victim.mustBeOut("a link of somebody else's sign-in")
	if attacker.issuer.Calls("code") != 0 {
		t.Error("the code was redeemed")
	}

	// Not even while the person is signing in.
	follow := victim.stay()
	victim.load("/console/sign-in")
	follow()
	if status, _, _ := victim.load(link); status != http.StatusBadRequest || attacker.issuer.Calls("code") != 0 {
		t.Errorf("%d during a sign-in, the code was redeemed %d times", status, attacker.issuer.Calls("code"))
	}
	victim.mustBeOut("a link of somebody else's sign-in, during one")
}

// callbackOf returns the URL that the provider sends the browser to, which the browser
// does not load.
func (w *world) callbackOf(start string) string {
	w.t.Helper()
	var callback string
	w.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.Path, "/console/callback") {
			callback = strings.TrimPrefix(r.URL.String(), w.origin)
			return http.ErrUseLastResponse
		}
		return nil
	}
	defer func() { w.CheckRedirect = nil }()
	if w.load(start); callback == "" {
		w.t.Fatal("the provider does not send the browser back")
	}
	return callback
}

func TestCallbackCountsOnce(t *testing.T) {
	w := open(t, issuertest.Okta(), issuertest.Options{}, nil)
	callback := w.callbackOf("/console/sign-in?to=/console/inbox")
	before := w.cookies()
	if _, at, _ := w.load(callback); at != "/console/inbox" {
		t.Fatalf("at %s", at)
	}
	if status, _, body := w.load(callback); status != http.StatusBadRequest || !strings.Contains(body, "did not begin here") {
		t.Errorf("again: %d", status)
	}
	// With the cookie of the sign-in put back, the provider refuses the code.
	w.setCookies(before)
	w.token.set("")
	if status, _, _ := w.load(callback); status != http.StatusBadRequest {
		t.Errorf("again with the cookie: %d", status)
	}
	w.mustBeOut("a replayed code")
}

// Whoever only looks whether an address exists, such as a scanner of links, uses up no
// step of a sign-in.
func TestHeadUsesNothingUp(t *testing.T) {
	w := open(t, issuertest.Okta(), issuertest.Options{}, nil)
	callback := w.callbackOf("/console/sign-in?to=/console/inbox")
	before := w.cookies()
	for _, path := range []string{callback, "/console/sign-in?to=/console/inbox&again=1", "/console/renew?to=/console/inbox"} {
		if status, _, _ := w.do(http.MethodHead, path, nil); status != http.StatusMethodNotAllowed {
			t.Errorf("HEAD %s: %d", path, status)
		}
	}
	if after := w.cookies(); !maps.Equal(before, after) {
		t.Errorf("the cookies were %v, are %v", before, after)
	}
	if _, at, _ := w.load(callback); at != "/console/inbox" {
		t.Errorf("after HEAD the callback leads to %s", at)
	}
}

func TestSignInTakesAtMostTenMinutes(t *testing.T) {
	for wait, in := range map[time.Duration]bool{50 * time.Second: true, 10 * time.Minute: false, -time.Minute: false} {
		w := open(t, issuertest.Cognito(), issuertest.Options{}, nil)
		callback, cookies := w.callbackOf("/console/sign-in"), w.cookies()
		w.clock.add(wait)
		w.setCookies(cookies) // a browser whose clock is wrong, or an attacker, sends it still
		status, _, _ := w.load(callback)
		if got := w.sessions() > 0; got != in {
			t.Errorf("after %s: %d, signed in is %v", wait, status, got)
		}
	}
}

func TestTabsThatSignInAtOnce(t *testing.T) {
	w := open(t, issuertest.Entra(), issuertest.Options{}, nil)
	var callbacks []string
	for _, page := range []string{"inbox", "access", "activity", "flows"} {
		callbacks = append(callbacks, w.callbackOf("/console/sign-in?to=/console/"+page))
	}
	for i, page := range []string{"inbox", "access", "activity", "flows"} {
		if _, at, body := w.load(callbacks[i]); at != "/console/"+page {
			t.Errorf("tab %d is at %s: %s", i, at, heading(body))
		}
	}
	// Tabs that were closed half-way do not fill the headers of every request.
	w.setCookies(nil)
	for range 20 {
		w.callbackOf("/console/sign-in")
	}
	if got := len(w.cookies()); got > 4 {
		t.Errorf("%d cookies are left", got)
	}
	last := w.callbackOf("/console/sign-in?to=/console/inbox")
	if _, at, _ := w.load(last); at != "/console/inbox" {
		t.Errorf("the last tab is at %s", at)
	}
}

// A session that somebody else planted ends with the sign-in.
func TestSessionIsNewAfterASignIn(t *testing.T) {
	people := issuertest.People()
	for i := range 150 { // a session of two cookies
		people[1].Groups = append(people[1].Groups, strings.Repeat("g", i%7)+randomGroup(i))
	}
	w := open(t, issuertest.Okta(), issuertest.Options{People: people}, nil)
	w.issuer.SignInAs("grace@example.com")
	w.mustBeIn("/console/")
	if w.sessions() != 2 {
		t.Fatalf("%d cookies, want a session of two", w.sessions())
	}
	planted := w.cookies()
	w.issuer.SignInAs("ada@example.com")
	if _, at, body := w.load("/console/sign-in?again=yes"); at != "/console/" {
		t.Fatalf("at %s: %s", at, heading(body))
	}
	if w.sessions() != 1 {
		t.Errorf("%d session cookies after a sign-in with fewer groups", w.sessions())
	}
	for name, value := range w.cookies() {
		if planted[name] == value {
			t.Errorf("cookie %s is the planted one", name)
		}
	}
}

func TestCookiesAreBoundToTheHost(t *testing.T) {
	w := open(t, issuertest.Cognito(), issuertest.Options{}, nil)
	seen := 0
	w.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		for _, c := range r.Response.Cookies() {
			seen++
			if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
				t.Errorf("cookie %s", c)
			}
		}
		return nil
	}
	w.mustBeIn("/console/")
	if seen < 3 {
		t.Errorf("%d cookies were seen", seen)
	}
}

func TestNothingSecretIsShownOrLogged(t *testing.T) {
	w := open(t, issuertest.Okta(), issuertest.Options{ClientSecret: "s3cret"}, nil)
	w.mustBeIn("/console/")
	token := w.token.get()
	_, _, home := w.load("/console/")
	w.issuer.Tamper(issuertest.Tamper{Status: 400})
	w.clock.add(2 * time.Hour)
	_, _, failed := w.load("/console/")
	_, _, out := w.do(http.MethodPost, "/console/sign-out", nil)
	for _, text := range []string{home, failed, out, w.log.String()} {
		for _, secret := range []string{token, token[:40], "s3cret", "code_verifier", "ada@example.com\""} {
			if strings.Contains(text, secret) {
				t.Errorf("%q is in %s", secret, text)
			}
		}
	}
	if !strings.Contains(w.log.String(), "sign-in failed") {
		t.Errorf("the log says %s", w.log)
	}
}

// A token that the API refuses leads to a page, not round and round by a provider that
// lets the person in without one.
func TestAPIThatRefusesTheToken(t *testing.T) {
	w := open(t, issuertest.Cognito(), issuertest.Options{}, nil)
	w.refuses = http.StatusUnauthorized
	status, at, body := w.load("/console/inbox")
	if status != 200 && status != 401 || !strings.HasPrefix(at, "/console/") || w.issuer.Calls("authorize") > 1 {
		t.Fatalf("%d at %s after %d sign-ins: %s", status, at, w.issuer.Calls("authorize"), heading(body))
	}
}
