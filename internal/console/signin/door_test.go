package signin_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/console"
	"github.com/fasttrack-dev/fasttrack/internal/console/signin"
	"github.com/fasttrack-dev/fasttrack/internal/console/signin/issuertest"
)

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a browser before a console, with an API and a provider behind it.
type world struct {
	*http.Client
	t      testing.TB
	clock  *clock
	issuer *issuertest.Issuer
	origin string
	// token is what the API was called with last.
	token atomicString
	// refuses is a status with which the API refuses every call.
	refuses int
	keys    [][]byte
	log     *bytes.Buffer
	// door serves what is in it, so that a test can put another in front of the browser.
	handler http.Handler
}

type atomicString struct {
	mu sync.Mutex
	s  string
}

func (a *atomicString) set(s string) { a.mu.Lock(); defer a.mu.Unlock(); a.s = s }
func (a *atomicString) get() string  { a.mu.Lock(); defer a.mu.Unlock(); return a.s }

func key(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

// open returns a world. change changes the options of its door.
func open(t testing.TB, p issuertest.Profile, o issuertest.Options, change func(*signin.Options)) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{now: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)}, keys: [][]byte{key(1)}, log: &bytes.Buffer{}}
	o.Now = w.clock.Now
	if o.People == nil {
		o.People = issuertest.People()
	}
	w.issuer = issuertest.Start(t, p, o)
	w.issuer.SignInAs("ada@example.com")
	server := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.handler.ServeHTTP(rw, r) }))
	t.Cleanup(server.Close)
	w.origin = server.URL
	w.issuer.Register(w.origin + "/console/callback")
	w.handler = w.door(change)
	w.Client = server.Client()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	w.Jar = jar
	return w
}

// door returns a console with a door of its own, as another instance of the function.
func (w *world) door(change func(*signin.Options)) http.Handler {
	w.t.Helper()
	upstream := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.token.set(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		rw.Header().Set("Content-Type", "application/json")
		if w.refuses != 0 {
			rw.WriteHeader(w.refuses)
			_, _ = io.WriteString(rw, `{"status":401,"title":"Unauthorized","detail":"Authentication required."}`)
			return
		}
		_, _ = io.WriteString(rw, `{"flows":[],"runs":[],"id":"ada@example.com","groups":[],"counts":{}}`)
	}))
	w.t.Cleanup(upstream.Close)
	door := w.newDoor(change)
	c, err := console.New(console.Options{API: upstream.URL, Sessions: door, Now: w.clock.Now, Log: w.logger()})
	if err != nil {
		w.t.Fatal(err)
	}
	return c.Handler()
}

// newDoor returns a door by itself.
func (w *world) newDoor(change func(*signin.Options)) *signin.Door {
	w.t.Helper()
	o := signin.Options{
		Issuer: w.issuer.URL(), ClientID: w.issuer.ClientID(), Origin: w.origin, Token: signin.IDToken,
		Keys: func(context.Context) ([][]byte, error) { return w.keys, nil },
		Now:  w.clock.Now, Sleep: func(context.Context, time.Duration) {},
		Log: w.logger(),
	}
	if secret := w.issuer.ClientSecret(); secret != "" {
		o.ClientSecret = func(context.Context) (string, error) { return secret, nil }
	}
	if change != nil {
		change(&o)
	}
	door, err := signin.New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	return door
}

func (w *world) logger() *slog.Logger { return slog.New(slog.NewTextHandler(w.log, nil)) }

// load loads a page as a browser does, and returns where it ended.
func (w *world) load(path string) (status int, at, body string) {
	w.t.Helper()
	return w.do(http.MethodGet, path, nil)
}

// do sends a request; headers come in pairs.
func (w *world) do(method, path string, form url.Values, headers ...string) (status int, at, body string) {
	w.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = w.origin + path
	}
	r, err := http.NewRequest(method, path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := w.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, strings.TrimPrefix(res.Request.URL.String(), w.origin), string(raw)
}

// stay makes the browser follow no redirects until the function it returns is called.
func (w *world) stay() (follow func()) {
	w.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return func() { w.CheckRedirect = nil }
}

// cookies returns the cookies of the browser.
func (w *world) cookies() map[string]string {
	u, _ := url.Parse(w.origin + "/console/")
	found := map[string]string{}
	for _, c := range w.Jar.Cookies(u) {
		found[c.Name] = c.Value
	}
	return found
}

// setCookies replaces the cookies of the browser.
func (w *world) setCookies(cookies map[string]string) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	u, _ := url.Parse(w.origin + "/console/")
	var list []*http.Cookie
	for name, value := range cookies {
		list = append(list, &http.Cookie{Name: name, Value: value, Path: "/", Secure: true})
	}
	jar.SetCookies(u, list)
	w.Jar = jar
}

// mustBeIn fails the test unless a page shows itself.
func (w *world) mustBeIn(path string) {
	w.t.Helper()
	w.token.set("")
	status, at, body := w.load(path)
	if status != http.StatusOK || at != path || w.token.get() == "" {
		w.t.Fatalf("got %d at %s, want %s\n%s\n%s", status, at, path, heading(body), w.log)
	}
}

// heading returns the headline of a page and what follows it.
func heading(body string) string {
	_, after, _ := strings.Cut(body, "<h1>")
	before, _, _ := strings.Cut(after, "</main>")
	return before
}
