package rest_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook/rest"
)

func nobody(context.Context, http.Header) error { return nil }

// serve answers each call with the next of the handlers, and with the last from
// then on. It counts the calls.
func serve(t *testing.T, handlers ...http.HandlerFunc) (url string, calls *atomic.Int32) {
	t.Helper()
	calls = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(calls.Add(1))
		handlers[min(n, len(handlers))-1](w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, calls
}

func answer(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // a client that gave up is no failure
	}
}

func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// What another system does wrong, as a reviewer reads it, and how often it is
// asked.
func TestErrors(t *testing.T) {
	unused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + unused.Addr().String()
	unused.Close()
	for name, tc := range map[string]struct {
		handlers []http.HandlerFunc
		base     string
		limit    time.Duration
		want     string
		atMost   int32
	}{
		"refused":              {handlers: []http.HandlerFunc{answer(401, "")}, want: "PagerDuty refused the credentials: 401; check the secret and what it may read", atMost: 1},
		"not there":            {handlers: []http.HandlerFunc{answer(404, "")}, want: "PagerDuty does not know /x: 404", atMost: 1},
		"a bad request":        {handlers: []http.HandlerFunc{answer(400, "")}, want: "PagerDuty refused what it was asked: 400", atMost: 1},
		"elsewhere":            {handlers: []http.HandlerFunc{answer(302, "", "Location", "http://127.0.0.1/")}, want: "PagerDuty sends on to another address: 302; check its URL", atMost: 1},
		"down":                 {handlers: []http.HandlerFunc{answer(503, "")}, limit: 2 * time.Second, want: "PagerDuty did not answer: 503", atMost: 5},
		"busy for long":        {handlers: []http.HandlerFunc{answer(429, "", "Retry-After", "60")}, limit: 2 * time.Second, want: "PagerDuty did not answer: 429, too many requests; it asks to come again in 60 s", atMost: 1},
		"busy until a time":    {handlers: []http.HandlerFunc{answer(429, "", "X-Rate-Limit-Reset", "1795687260", "Date", "Thu, 26 Nov 2026 10:00:00 GMT")}, limit: 2 * time.Second, want: "PagerDuty did not answer: 429, too many requests; it asks to come again in 60 s", atMost: 1},
		"slow":                 {handlers: []http.HandlerFunc{hang}, limit: 400 * time.Millisecond, want: "PagerDuty did not answer within 300ms", atMost: 1},
		"down, then slow":      {handlers: []http.HandlerFunc{answer(503, ""), hang}, limit: time.Second, want: "PagerDuty did not answer: 503", atMost: 2},
		"no JSON":              {handlers: []http.HandlerFunc{answer(200, "<html>")}, want: "PagerDuty answered something that is not understood: invalid character '<' looking for beginning of value", atMost: 1},
		"too much":             {handlers: []http.HandlerFunc{answer(200, `"`+strings.Repeat("x", 5<<20)+`"`)}, want: "PagerDuty answered more than 4 MiB", atMost: 1},
		"nobody there":         {base: closed, limit: time.Second, want: "PagerDuty could not be reached: connect: connection refused"},
		"no https":             {base: "http://example.com", want: "the URL of PagerDuty is not one: https://host was expected"},
		"credentials in a URL": {base: "https://ada:secret@example.com", want: "the URL of PagerDuty is not one: https://host was expected"},
		"no URL":               {base: "example.com", want: "the URL of PagerDuty is not one: https://host was expected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base, calls := tc.base, new(atomic.Int32)
			if base == "" {
				base, calls = serve(t, tc.handlers...)
			}
			ctx := t.Context()
			if tc.limit > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, tc.limit)
				defer cancel()
			}
			var v any
			_, err := rest.New("PagerDuty", base, nobody).Get(ctx, "/x", nil, &v)
			if err == nil || err.Error() != tc.want {
				t.Errorf("got %v, want %s", err, tc.want)
			}
			if ctx.Err() != nil {
				t.Error("the hook's own time is over: it can't say so any more")
			}
			if n := calls.Load(); n > tc.atMost {
				t.Errorf("it was called %d times, want at most %d", n, tc.atMost)
			}
		})
	}
}

// What passes is tried again.
func TestTriedAgain(t *testing.T) {
	for name, first := range map[string]http.HandlerFunc{
		"a 503": answer(503, ""), "a 429": answer(429, "", "Retry-After", "0"),
		"a 429 until now":          answer(429, "", "X-Rate-Limit-Reset", "1795687200", "Date", "Thu, 26 Nov 2026 10:00:00 GMT"),
		"a connection that breaks": func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			base, calls := serve(t, first, answer(200, `"there"`))
			var v string
			if _, err := rest.New("PagerDuty", base, nobody).Get(t.Context(), "/x", nil, &v); err != nil || v != "there" || calls.Load() != 2 {
				t.Errorf("got %q (%v) after %d calls", v, err, calls.Load())
			}
		})
	}
}

// A next page is read where it is of the same host alone.
func TestNext(t *testing.T) {
	base, _ := serve(t, answer(200, `["second"]`))
	c := rest.New("Okta", base, nobody)
	for name, tc := range map[string]struct {
		link  string
		there bool
		want  string
	}{
		"none":         {"", false, ""},
		"another kind": {`<` + base + `/x>; rel="self"`, false, ""},
		"one":          {`<` + base + `/x?after=a,b>; rel="next"`, true, ""},
		"two links":    {`<` + base + `/x>; rel="self", <` + base + `/y>; rel="next"`, true, ""},
		"another host": {`<https://evil.example/x>; rel="next"`, false, "Okta links to another host for its next page"},
	} {
		t.Run(name, func(t *testing.T) {
			var v []string
			_, there, err := c.Next(t.Context(), http.Header{"Link": {tc.link}}, &v)
			if there != tc.there || (err == nil) != (tc.want == "") || err != nil && err.Error() != tc.want || there && v[0] != "second" {
				t.Errorf("got %v, %v (%v)", v, there, err)
			}
		})
	}
}
