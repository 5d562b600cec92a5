package localdoor_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/console"
	"github.com/fasttrack-dev/fasttrack/internal/console/localdoor"
)

// opened is a console before an API that counts its calls.
type opened struct {
	door        *localdoor.Own
	url, host   string
	calls       atomic.Int32
	credentials atomic.Value
}

func openOwn(t *testing.T) *opened {
	t.Helper()
	o := &opened{}
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.calls.Add(1)
		o.credentials.Store(r.Header.Get("Authorization"))
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"flows":[],"runs":[],"id":"ada@example.com","groups":[],"counts":{}}`)
	}))
	t.Cleanup(upstream.Close)
	var handler atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.Load().(http.Handler).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	o.url, o.host = server.URL, strings.TrimPrefix(server.URL, "http://")
	o.door = localdoor.NewOwn(o.host, api.Bearer("a-token"))
	c, err := console.New(console.Options{API: upstream.URL, Sessions: o.door})
	if err != nil {
		t.Fatal(err)
	}
	handler.Store(o.door.Guard(c.Handler()))
	return o
}

// browser is a browser that follows no redirect.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// send sends a request with header lines such as "Host: evil.example.com".
func send(t *testing.T, c *http.Client, method, address string, header ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// The address opens the console in one browser, and the cookie keeps it open there.
func TestOwn(t *testing.T) {
	o := openOwn(t)
	ada := browser(t)
	address := o.door.Address()
	res := send(t, ada, "GET", address)
	if res.StatusCode != 303 || res.Header.Get("Location") != "/console/" || len(res.Cookies()) != 1 {
		t.Fatalf("opened: %d to %q with %v", res.StatusCode, res.Header.Get("Location"), res.Cookies())
	}
	cookie := res.Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/console" || strings.HasSuffix(address, cookie.Value) {
		t.Errorf("the cookie is %v", cookie)
	}
	if res := send(t, ada, "GET", o.url+"/console/"); res.StatusCode != 200 || o.credentials.Load() != "Bearer a-token" {
		t.Errorf("Home: %d, with %v", res.StatusCode, o.credentials.Load())
	}
}

// Nobody without the secret calls the API: not by another secret, an old one, a cookie
// that was made up, or that of another console.
func TestOwnRefusesOthers(t *testing.T) {
	o, other := openOwn(t), openOwn(t)
	address := o.door.Address()
	base := address[:strings.LastIndex(address, "/")+1]
	send(t, browser(t), "GET", other.door.Address())
	name := "fasttrack-console-" + o.host[strings.LastIndex(o.host, ":")+1:]
	for what, tc := range map[string]struct {
		path   string
		header string
		want   int
	}{
		"no cookie":             {"/console/", "X: y", 401},
		"an empty cookie":       {"/console/", "Cookie: " + name + "=", 401},
		"a made-up cookie":      {"/console/", "Cookie: " + name + "=AAAA", 401},
		"the address as cookie": {"/console/", "Cookie: " + name + "=" + address[len(base):], 401},
		"a wrong secret":        {base[len(o.url):] + "AAAA", "X: y", 403},
		"no secret":             {base[len(o.url):], "X: y", 401},
	} {
		if res := send(t, browser(t), "GET", o.url+tc.path, tc.header); res.StatusCode != tc.want || len(res.Cookies()) != 0 {
			t.Errorf("%s: %d with %v, want %d", what, res.StatusCode, res.Cookies(), tc.want)
		}
	}
	// Looking whether the address exists does not use it up.
	for _, res := range []*http.Response{send(t, browser(t), "HEAD", address), send(t, browser(t), "GET", address, "Sec-Purpose: prefetch;prerender")} {
		if res.StatusCode != 503 || len(res.Cookies()) != 0 {
			t.Errorf("%s: %d", res.Request.Method, res.StatusCode)
		}
	}
	if res := send(t, browser(t), "GET", address); res.StatusCode != 303 {
		t.Fatalf("the first time: %d", res.StatusCode)
	}
	for _, again := range []string{address, base} {
		if res := send(t, browser(t), "GET", again); res.StatusCode < 400 || len(res.Cookies()) != 0 {
			t.Errorf("%s again: %d with %v", again, res.StatusCode, res.Cookies())
		}
	}
	if res := send(t, browser(t), "GET", o.url+"/console/", "Cookie: "+name+"="+address[len(base):]); res.StatusCode != 401 {
		t.Errorf("the address as cookie: %d", res.StatusCode)
	}
	if n := o.calls.Load(); n != 0 {
		t.Errorf("the API was called %d times", n)
	}
}

// A page of another site reaches nothing with the cookie of the browser, whatever name
// it comes under (DNS rebinding), and its forms are refused.
func TestOwnRefusesOtherSites(t *testing.T) {
	o := openOwn(t)
	res := send(t, browser(t), "GET", o.door.Address())
	cookie := "Cookie: " + res.Cookies()[0].Name + "=" + res.Cookies()[0].Value
	port := o.host[strings.LastIndex(o.host, ":"):]
	for _, tc := range []struct {
		method, path, header string
		want                 int
	}{
		{"GET", "/console/", "Host: " + o.host, 200},
		{"GET", "/console/", "Origin: http://" + o.host, 200},
		{"GET", "/console/", "Host: evil.example.com" + port, 421},
		{"GET", "/console/", "Host: localhost" + port, 421},
		{"GET", "/console/", "Host: 127.0.0.1", 421},
		{"GET", "/console/open/x", "Host: evil.example.com" + port, 421},
		{"GET", "/console/", "Origin: http://evil.example.com", 403},
		{"GET", "/console/", "Origin: http://127.0.0.1:1", 403},
		{"POST", "/console/requests/x/approve", "Origin: http://evil.example.com", 403},
		{"POST", "/console/requests/x/approve", "Origin: null", 403},
		{"POST", "/console/requests/x/approve", "Sec-Fetch-Site: cross-site", 403},
		{"POST", "/console/requests/x/approve", "Sec-Fetch-Site: same-site", 403},
	} {
		before := o.calls.Load()
		res := send(t, browser(t), tc.method, o.url+tc.path, cookie, tc.header)
		if called := o.calls.Load() > before; res.StatusCode != tc.want || called != (tc.want == 200) {
			t.Errorf("%s %s with %s: %d, want %d; the API was called: %v", tc.method, tc.path, tc.header, res.StatusCode, tc.want, called)
		}
	}
}
