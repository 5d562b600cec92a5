package signin_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/console/signin"
	"github.com/fasttrack-dev/fasttrack/internal/console/signin/issuertest"
)

const first, second = "__Host-ft-session-0", "__Host-ft-session-1"

// randomGroup returns the name of a group as Microsoft Entra ID writes it, which
// compresses badly.
func randomGroup(n int) string {
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", uint32(n*2654435761), uint16(n*40503), n*977%4096, n*1409%4096, uint64(n)*11400714819323198485>>16)
}

// groups returns n groups.
func groups(n int) (all []string) {
	for i := range n {
		all = append(all, randomGroup(i+1))
	}
	return all
}

// signedIn returns a world whose browser is signed in with n groups.
func signedIn(t *testing.T, p issuertest.Profile, n int) *world {
	t.Helper()
	people := issuertest.People()
	people[0].Groups = groups(n)
	w := open(t, p, issuertest.Options{People: people}, nil)
	w.mustBeIn("/console/")
	return w
}

func TestCookiesThatAreRefused(t *testing.T) {
	w := signedIn(t, issuertest.Okta(), 150)
	good := w.cookies()
	if len(good) != 2 || len(good[first]) != 3800 {
		t.Fatalf("the session has %d cookies", len(good))
	}
	other := signedIn(t, issuertest.Okta(), 150)
	other.keys[0] = key(9)
	other.setCookies(nil)
	other.clock.add(time.Hour) // past what is kept of the keys
	other.mustBeIn("/console/")
	grace := open(t, issuertest.Okta(), issuertest.Options{}, nil)
	grace.issuer.SignInAs("grace@example.com")
	start := "__Host-ft-start-0"
	begun := open(t, issuertest.Okta(), issuertest.Options{}, nil)
	begun.callbackOf("/console/sign-in")

	follow := w.stay()
	defer follow()
	for name, change := range map[string]func(map[string]string){
		"none":                 func(c map[string]string) { delete(c, first); delete(c, second) },
		"empty":                func(c map[string]string) { c[first] = "" },
		"forged":               func(c map[string]string) { c[first] = "1" + strings.Repeat("A", 200) },
		"not base64":           func(c map[string]string) { c[first] = "1%%%" },
		"first cookie only":    func(c map[string]string) { delete(c, second) },
		"second cookie only":   func(c map[string]string) { delete(c, first) },
		"swapped":              func(c map[string]string) { c[first], c[second] = c[second], c[first] },
		"truncated":            func(c map[string]string) { c[second] = c[second][:len(c[second])-1] },
		"lengthened":           func(c map[string]string) { c[second] += "A" },
		"said to be one":       func(c map[string]string) { c[first] = "1" + c[first][1:]; delete(c, second) },
		"both in one":          func(c map[string]string) { c[first] = "1" + c[first][1:] + c[second]; delete(c, second) },
		"said to be three":     func(c map[string]string) { c[first] = "3" + c[first][1:] },
		"said to be none":      func(c map[string]string) { c[first] = "0" + c[first][1:] },
		"of another console":   func(c map[string]string) { maps.Copy(c, other.cookies()) },
		"first of another":     func(c map[string]string) { c[first] = other.cookies()[first] },
		"sign-in as a session": func(c map[string]string) { c[first] = "1" + begun.cookies()[start]; delete(c, second) },
		"twice":                func(c map[string]string) { c[first] += "; " + first + "=" + c[first] },
	} {
		changed := maps.Clone(good)
		change(changed)
		w.token.set("")
		r, err := http.NewRequest("GET", w.origin+"/console/", nil)
		if err != nil {
			t.Fatal(err)
		}
		var pairs []string
		for n, v := range changed {
			pairs = append(pairs, n+"="+v)
		}
		r.Header.Set("Cookie", strings.Join(pairs, "; "))
		w.Jar = nil
		res, err := w.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if to := res.Header.Get("Location"); res.StatusCode != 303 || !strings.HasPrefix(to, "/console/sign-in?") || w.token.get() != "" {
			t.Errorf("%s: %d to %s, the API was called with %q", name, res.StatusCode, to, w.token.get())
		}
	}
}

// A session is not the value of the cookie of a sign-in either: a callback with it is
// refused.
func TestSessionIsNoSignIn(t *testing.T) {
	w := signedIn(t, issuertest.Okta(), 0)
	w.setCookies(map[string]string{"__Host-ft-start-0": w.cookies()[first][1:]})
	if status, _, body := w.load("/console/callback?code=x&state=0.x"); status != 400 || !strings.Contains(body, "did not begin here") {
		t.Errorf("%d: %s", status, heading(body))
	}
}

// Every bit of the cookies counts.
func TestBitsOfCookies(t *testing.T) {
	w := signedIn(t, issuertest.Cognito(), 100)
	good := w.cookies()
	follow := w.stay()
	defer follow()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	rapid.Check(t, func(rt *rapid.T) {
		changed := maps.Clone(good)
		name := rapid.SampledFrom([]string{first, second}).Draw(rt, "cookie")
		if changed[name] == "" {
			name = first
		}
		value := []byte(changed[name])
		at := rapid.IntRange(0, len(value)-1).Draw(rt, "at")
		by := rapid.SampledFrom([]byte(alphabet)).Draw(rt, "by")
		if value[at] == by {
			rt.Skip("no change")
		}
		value[at] = by
		changed[name] = string(value)
		w.setCookies(changed)
		w.token.set("")
		if status, _, _ := w.load("/console/"); status != 303 || w.token.get() != "" {
			rt.Errorf("with byte %d of %s changed: %d", at, name, status)
		}
	})
}

// A second cookie that is left of a longer session does no harm.
func TestCookieLeftOfALongerSession(t *testing.T) {
	w := signedIn(t, issuertest.Okta(), 0)
	cookies := w.cookies()
	cookies[second] = strings.Repeat("A", 3000)
	w.setCookies(cookies)
	w.mustBeIn("/console/")
}

func TestTokenThatIsTooLarge(t *testing.T) {
	people := issuertest.People()
	people[0].Groups = groups(900)
	w := open(t, issuertest.Okta(), issuertest.Options{People: people}, nil)
	status, _, body := w.load("/console/")
	if status != 500 || !strings.Contains(body, "Your token is too large") || !strings.Contains(body, "groups") {
		t.Errorf("%d: %s", status, heading(body))
	}
	w.mustBeOut("a token that is too large")
}

func TestKeysAreRotated(t *testing.T) {
	w := signedIn(t, issuertest.Okta(), 0)
	old := w.cookies()
	// The new key seals; the old one opens still.
	w.keys = [][]byte{key(2), key(1)}
	w.clock.add(6 * time.Minute)
	w.mustBeIn("/console/")
	w.setCookies(nil)
	w.mustBeIn("/console/")
	newer := w.cookies()

	// An instance that has not read the new key yet does so for a cookie that it can't open.
	reads := 0
	lagging := [][]byte{key(1)}
	w.handler = w.door(func(o *signin.Options) {
		o.Keys = func(context.Context) ([][]byte, error) { reads++; return lagging, nil }
	})
	w.setCookies(old)
	w.mustBeIn("/console/")
	lagging = w.keys
	w.setCookies(newer)
	w.clock.add(30 * time.Second)
	w.mustBeIn("/console/")
	if reads != 2 {
		t.Errorf("the keys were read %d times, want 2", reads)
	}
	// Cookies that nobody can open don't make it read again and again.
	follow := w.stay()
	for range 20 {
		w.setCookies(map[string]string{first: "1" + strings.Repeat("A", 100)})
		w.load("/console/")
	}
	follow()
	if reads != 2 {
		t.Errorf("the keys were read %d times", reads)
	}

	// Without the old key, its sessions are over.
	w.keys, lagging = [][]byte{key(2)}, [][]byte{key(2)}
	w.clock.add(6 * time.Minute)
	w.setCookies(newer)
	w.mustBeIn("/console/")
	w.stay()
	w.setCookies(old)
	if status, _, _ := w.load("/console/"); status != 303 {
		t.Errorf("a cookie of a key that is gone: %d", status)
	}
}

func TestKeysThatCannotBeRead(t *testing.T) {
	w := signedIn(t, issuertest.Okta(), 0)
	fails := true
	w.handler = w.door(func(o *signin.Options) {
		o.Keys = func(context.Context) ([][]byte, error) {
			if fails {
				return nil, errors.New("throttled")
			}
			return w.keys, nil
		}
	})
	for _, path := range []string{"/console/", "/console/renew", "/console/sign-in"} {
		if status, _, body := w.load(path); status != http.StatusServiceUnavailable || !strings.Contains(body, "read its keys") || strings.Contains(body, "throttled") {
			t.Errorf("%s: %d: %s", path, status, heading(body))
		}
	}
	fails = false
	w.mustBeIn("/console/")
	fails = true // what was read once serves on
	w.clock.add(10 * time.Minute)
	w.mustBeIn("/console/")
}

func TestKeysThatAreUnfit(t *testing.T) {
	for name, keys := range map[string][][]byte{"none": {}, "three": {key(1), key(2), key(3)}, "short": {key(1)[:16]}, "second short": {key(1), {1}}} {
		w := open(t, issuertest.Okta(), issuertest.Options{}, nil)
		w.keys = keys
		if status, _, _ := w.load("/console/"); status != http.StatusServiceUnavailable {
			t.Errorf("%s: %d", name, status)
		}
		w.mustBeOut(name)
	}
}

// Before somebody signs in, an instance calls neither the provider nor Secrets Manager.
func TestColdStartCallsNobody(t *testing.T) {
	w := open(t, issuertest.Okta(), issuertest.Options{ClientSecret: "s"}, nil)
	read := 0
	w.handler = w.door(func(o *signin.Options) {
		o.Keys = func(context.Context) ([][]byte, error) { read++; return w.keys, nil }
		o.ClientSecret = func(context.Context) (string, error) { read++; return "s", nil }
	})
	follow := w.stay()
	w.load("/console/")
	follow()
	if read != 0 || w.issuer.Calls("discovery") != 0 {
		t.Errorf("%d secrets were read, discovery was called %d times", read, w.issuer.Calls("discovery"))
	}
	w.mustBeIn("/console/")
	for range 3 {
		w.mustBeIn("/console/")
	}
	if w.issuer.Calls("discovery") != 1 || w.issuer.Calls("keys") != 1 || read != 2 {
		t.Errorf("discovery %d, keys %d, secrets %d", w.issuer.Calls("discovery"), w.issuer.Calls("keys"), read)
	}
	// A session that lives on needs neither, on an instance that just started.
	w.handler = w.door(nil)
	w.mustBeIn("/console/")
	if w.issuer.Calls("discovery") != 1 {
		t.Error("a page of a session asked the provider")
	}
}
