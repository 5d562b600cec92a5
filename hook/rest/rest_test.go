package rest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook/rest"
)

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

// How a reviewer reads what another system does wrong, and how often it is called.
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
		"not there":            {handlers: []http.HandlerFunc{answer(404, "")}, want: "PagerDuty has no /x: 404", atMost: 1},
		"a bad request":        {handlers: []http.HandlerFunc{answer(400, "")}, want: "PagerDuty refused the request: 400", atMost: 1},
		"elsewhere":            {handlers: []http.HandlerFunc{answer(302, "", "Location", "http://127.0.0.1/")}, want: "PagerDuty redirects to another address: 302; check its URL", atMost: 1},
		"down":                 {handlers: []http.HandlerFunc{answer(503, "")}, limit: 2 * time.Second, want: "PagerDuty did not respond: 503", atMost: 5},
		"busy for long":        {handlers: []http.HandlerFunc{answer(429, "", "Retry-After", "60")}, limit: 2 * time.Second, want: "PagerDuty did not respond: 429, too many requests; retry after 60 s", atMost: 1},
		"busy until a time":    {handlers: []http.HandlerFunc{answer(429, "", "X-Rate-Limit-Reset", "1795687260", "Date", "Thu, 26 Nov 2026 10:00:00 GMT")}, limit: 2 * time.Second, want: "PagerDuty did not respond: 429, too many requests; retry after 60 s", atMost: 1},
		"busy for seconds":     {handlers: []http.HandlerFunc{answer(429, "", "ratelimit-reset", "60")}, limit: 2 * time.Second, want: "PagerDuty did not respond: 429, too many requests; retry after 60 s", atMost: 1},
		"nothing":              {handlers: []http.HandlerFunc{answer(204, "")}, want: "PagerDuty sent an empty response; it must be JSON", atMost: 1},
		"slow":                 {handlers: []http.HandlerFunc{hang}, limit: 400 * time.Millisecond, want: "PagerDuty did not respond within 300ms", atMost: 1},
		"down, then slow":      {handlers: []http.HandlerFunc{answer(503, ""), hang}, limit: time.Second, want: "PagerDuty did not respond: 503", atMost: 2},
		"no JSON":              {handlers: []http.HandlerFunc{answer(200, "<html>")}, want: "PagerDuty sent unexpected JSON: invalid character '<' looking for beginning of value", atMost: 1},
		"too much":             {handlers: []http.HandlerFunc{answer(200, `"`+strings.Repeat("x", 5<<20)+`"`)}, want: "PagerDuty sent more than 4 MiB", atMost: 1},
		"nobody there":         {base: closed, limit: time.Second, want: "PagerDuty could not be reached: connect: connection refused"},
		"no https":             {base: "http://example.com", want: "the URL of PagerDuty must be https://HOST; http is for this machine alone"},
		"credentials in a URL": {base: "https://ada:secret@example.com", want: "the URL of PagerDuty must be https://HOST; http is for this machine alone"},
		"no URL":               {base: "example.com", want: "the URL of PagerDuty must be https://HOST; http is for this machine alone"},
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
			err := rest.New("PagerDuty", base, nil).Get(ctx, "/x", nil, &v)
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

// What passes is retried.
func TestRetries(t *testing.T) {
	for name, first := range map[string]http.HandlerFunc{
		"a 503": answer(503, ""), "a 429": answer(429, "", "Retry-After", "0"),
		"a 429 of OneLogin":        answer(429, "", "X-RateLimit-Reset", "0"),
		"a 429 until now":          answer(429, "", "X-Rate-Limit-Reset", "1795687200", "Date", "Thu, 26 Nov 2026 10:00:00 GMT"),
		"a connection that breaks": func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			base, calls := serve(t, first, answer(200, `"there"`))
			var v string
			if err := rest.New("PagerDuty", base, nil).Get(t.Context(), "/x", nil, &v); err != nil || v != "there" || calls.Load() != 2 {
				t.Errorf("got %q (%v) after %d calls", v, err, calls.Load())
			}
		})
	}
}

// A call that changes something is sent twice only where the first had no effect.
func TestRetriesOfAPost(t *testing.T) {
	closed := func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }
	for name, tc := range map[string]struct {
		method string
		first  http.HandlerFunc
		calls  int32
	}{
		"POST, 503":                   {http.MethodPost, answer(503, ""), 2},
		"POST, 429":                   {http.MethodPost, answer(429, "", "Retry-After", "0"), 2},
		"POST, 500":                   {http.MethodPost, answer(500, ""), 1},
		"PATCH, 502":                  {http.MethodPatch, answer(502, ""), 1},
		"POST, a broken connection":   {http.MethodPost, closed, 1},
		"PUT, 500":                    {http.MethodPut, answer(500, ""), 2},
		"DELETE, a broken connection": {http.MethodDelete, closed, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base, calls := serve(t, tc.first, answer(200, `{}`))
			_, err := rest.New("Jira", base, nil).Do(t.Context(), rest.Request{Method: tc.method, Path: "/x", Body: map[string]int{"a": 1}}, nil)
			if (err == nil) != (tc.calls == 2) || calls.Load() != tc.calls {
				t.Errorf("%d calls (%v), want %d", calls.Load(), err, tc.calls)
			}
		})
	}
}

// What is sent: bodies as JSON or as a form, also in a retry, and credentials.
func TestWhatIsSent(t *testing.T) {
	var got string
	see := func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got = strings.Join([]string{r.Method, r.URL.RequestURI(), r.Header.Get("Authorization"), r.Header.Get("Content-Type"), string(body)}, "|")
		_, _ = io.WriteString(w, `{}`)
	}
	token := func(text string) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return text, nil }
	}
	for name, tc := range map[string]struct {
		auth    rest.Auth
		request rest.Request
		want    string // what was sent, or the error
	}{
		"a GET":                   {rest.Bearer(token("t")), rest.Request{Path: rest.Path("users", "a/b@c"), Query: url.Values{"q": {"a b"}}}, "GET|/users/a%2Fb@c?q=a+b|Bearer t||"},
		"JSON":                    {rest.Basic(token("u:p:q")), rest.Request{Method: "POST", Path: "/x", Body: []int{1}}, "POST|/x|Basic dTpwOnE=|application/json|[1]"},
		"a form":                  {nil, rest.Request{Method: "POST", Path: "/x", Body: url.Values{"a": {"b"}}}, "POST|/x||application/x-www-form-urlencoded|a=b"},
		"no JSON":                 {nil, rest.Request{Method: "POST", Path: "/x", Body: func() {}}, "call Jira: json: unsupported type: func()"},
		"out of the path":         {nil, rest.Request{Path: rest.Path("users", "..", "admin")}, `call Jira: ".." can't be a segment of a path`},
		"out of the path, hidden": {nil, rest.Request{Path: "/users/%2e%2E/admin"}, `call Jira: "%2e%2E" can't be a segment of a path`},
		"a secret with a newline": {rest.Bearer(token("t\n")), rest.Request{Path: "/x"}, "the credentials for Jira hold a line break or another control character; check the secret"},
		"half a pair":             {rest.Basic(token("user")), rest.Request{Path: "/x"}, `the credentials must be "user:password"; check the secret`},
	} {
		t.Run(name, func(t *testing.T) {
			got = ""
			base, calls := serve(t, answer(503, ""), see)
			_, err := rest.New("Jira", base+"/", tc.auth).Do(t.Context(), tc.request, nil)
			if err != nil {
				got = err.Error()
			}
			if got != tc.want || err == nil && calls.Load() != 2 || err != nil && calls.Load() != 0 {
				t.Errorf("got %s after %d calls, want %s", got, calls.Load(), tc.want)
			}
		})
	}
}

// An error keeps what the service says of it, but not in its text.
func TestErrorBody(t *testing.T) {
	base, _ := serve(t, answer(409, strings.Repeat("x", 5000)))
	err := rest.New("Jira", base, nil).Post(t.Context(), "/x", nil, nil)
	var refused *rest.Error
	if !errors.As(err, &refused) || len(refused.Body) != 4096 || refused.Path != "/x" || refused.Service != "Jira" || !rest.HasStatus(err, 409) || rest.NotFound(err) || err.Error() != "Jira refused the request: 409" {
		t.Errorf("got %+v", err)
	}
}

// Pages follows links on its own host alone, and stops when the reader does.
func TestPages(t *testing.T) {
	for name, tc := range map[string]struct {
		links  []string // of each page; HOST is the server
		stopAt string
		want   string
	}{
		"one page":              {[]string{""}, "", "0"},
		"another kind of link":  {[]string{`<HOST/1>; rel="self"`}, "", "0"},
		"three":                 {[]string{`<HOST/1?after=a,b>; rel="next"`, `<HOST/1>; rel="self", </2>; rel="next"`, ""}, "", "0 1 2"},
		"the reader has enough": {[]string{`<HOST/1>; rel="next"`, `<HOST/2>; rel="next"`, ""}, "1", "0 1"},
		"another host":          {[]string{`<https://evil.example/1>; rel="next"`}, "", "0 Okta links to another host for its next page"},
		"another scheme":        {[]string{`<https:HOST/1>; rel="next"`}, "", "0 Okta links to another host for its next page"},
		"an error":              {[]string{`<HOST/9>; rel="next"`}, "", "0 Okta has no /9: 404"},
		"no end":                {[]string{`<HOST/0>; rel="next"`}, "", strings.Repeat("0 ", 100) + "Okta lists more than 100 pages"},
	} {
		t.Run(name, func(t *testing.T) {
			var host string
			host, _ = serve(t, func(w http.ResponseWriter, r *http.Request) {
				n, err := strconv.Atoi(r.URL.Path[1:])
				if err != nil || n >= len(tc.links) {
					w.WriteHeader(http.StatusNotFound)
					return
				}
				w.Header().Set("Link", strings.ReplaceAll(strings.ReplaceAll(tc.links[n], "https:HOST", strings.Replace(host, "http:", "https:", 1)), "HOST", host))
				_, _ = io.WriteString(w, `["`+strconv.Itoa(n)+`"]`)
			})
			var got []string
			for page, err := range rest.Pages[[]string](t.Context(), rest.New("Okta", host, nil), "/0", nil) {
				if err != nil {
					got = append(got, err.Error())
					continue
				}
				got = append(got, page...)
				if tc.stopAt != "" && page[0] == tc.stopAt {
					break
				}
			}
			if strings.Join(got, " ") != tc.want {
				t.Errorf("got %s, want %s", strings.Join(got, " "), tc.want)
			}
		})
	}
}
