package console_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/fasttrack-dev/fasttrack/functions/console/console"
)

// serve handles an event by pages, and returns the response with what was logged.
func serve(t *testing.T, pages http.HandlerFunc, ev events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, string) {
	t.Helper()
	var log bytes.Buffer
	h := console.Handler{Pages: pages, Host: "access.example.com", Log: slog.New(slog.NewJSONHandler(&log, nil))}
	got, err := h.Handle(t.Context(), ev)
	if err != nil {
		t.Fatal(err)
	}
	return got, log.String()
}

// get is an event of a GET.
func get(path string) events.APIGatewayV2HTTPRequest {
	var ev events.APIGatewayV2HTTPRequest
	ev.RawPath = path
	ev.RequestContext.HTTP.Method, ev.RequestContext.HTTP.SourceIP, ev.RequestContext.RequestID = "GET", "192.0.2.1", "id-1"
	return ev
}

func TestRequests(t *testing.T) {
	form := url.Values{"reason": {"prod is down, 100 % ünïcode"}, "fields": {"a", "b"}}.Encode()
	for name, encoded := range map[string]bool{"text": false, "base64": true} {
		ev := get("/console/flows/a b?c%2F")
		ev.RawQueryString = "status=open&status=ended&q=a%26b+c"
		ev.QueryStringParameters = map[string]string{"status": "open,ended", "q": "a&b c"}
		ev.RequestContext.HTTP.Method = "POST"
		ev.RequestContext.DomainName = "evil.example.com"
		ev.Headers = map[string]string{
			"host": "evil.example.com", "cookie": "a=forged", "content-type": "application/x-www-form-urlencoded",
			"accept-language": "de,en;q=0.5", "origin": "https://access.example.com",
		}
		ev.Cookies = []string{"__Host-a=1", "__Host-b=x=y"}
		ev.Body = form
		if encoded {
			ev.Body, ev.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(form)), true
		}
		called := false
		serve(t, func(_ http.ResponseWriter, r *http.Request) {
			called = true
			if r.Host != "access.example.com" || r.Header.Get("Host") != "" || r.RemoteAddr != "192.0.2.1:0" {
				t.Errorf("%s: host %s, header %q, from %s", name, r.Host, r.Header.Get("Host"), r.RemoteAddr)
			}
			if r.Method != "POST" || r.URL.Path != "/console/flows/a b?c%2F" || r.RequestURI != "/console/flows/a%20b%3Fc%252F?status=open&status=ended&q=a%26b+c" {
				t.Errorf("%s: %s %s, %s", name, r.Method, r.URL.Path, r.RequestURI)
			}
			if got := r.URL.Query(); !slices.Equal(got["status"], []string{"open", "ended"}) || got.Get("q") != "a&b c" {
				t.Errorf("%s: query %v", name, got)
			}
			if r.PostFormValue("reason") != "prod is down, 100 % ünïcode" || !slices.Equal(r.PostForm["fields"], []string{"a", "b"}) {
				t.Errorf("%s: form %v", name, r.PostForm)
			}
			if c := r.Cookies(); len(c) != 2 || c[0].String() != "__Host-a=1" || c[1].Value != "x=y" {
				t.Errorf("%s: cookies %v", name, c)
			}
			if r.Header.Get("Accept-Language") != "de,en;q=0.5" || r.Header.Get("Origin") != "https://access.example.com" {
				t.Errorf("%s: headers %v", name, r.Header)
			}
			if _, canceled := r.Context().Deadline(); canceled {
				t.Errorf("%s: the context has a deadline", name)
			}
		}, ev)
		if !called {
			t.Errorf("%s: no page was called", name)
		}
	}
}

func TestResponses(t *testing.T) {
	pages := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		w.Header().Add("Vary", "Cookie")
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
		http.SetCookie(w, &http.Cookie{Name: "b", Value: "2", Secure: true})
		switch r.URL.Path {
		case "/zipped":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("\x1f\x8b"))
		case "/bytes":
			_, _ = w.Write([]byte{0xff, 0xfe})
		case "/moved":
			http.Redirect(w, r, "/console/", http.StatusSeeOther)
		case "/twice":
			w.WriteHeader(404)
			w.WriteHeader(200)
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, "Größe")
		}
	}
	for path, want := range map[string]struct {
		status  int
		body    string
		encoded bool
	}{
		"/text": {200, "Größe", false}, "/zipped": {200, "H4s=", true}, "/bytes": {200, "//4=", true}, "/twice": {404, "", false},
	} {
		got, _ := serve(t, pages, get(path))
		if got.StatusCode != want.status || got.Body != want.body || got.IsBase64Encoded != want.encoded {
			t.Errorf("%s: %d %q %v, want %+v", path, got.StatusCode, got.Body, got.IsBase64Encoded, want)
		}
		if !slices.Equal(got.Cookies, []string{"a=1", "b=2; Secure"}) || got.Headers["set-cookie"] != "" {
			t.Errorf("%s: cookies %q, headers %v", path, got.Cookies, got.Headers)
		}
		if got.Headers["vary"] != "Accept-Encoding, Cookie" || got.Headers["x-request-id"] != "id-1" {
			t.Errorf("%s: headers %v", path, got.Headers)
		}
	}
	if got, _ := serve(t, pages, get("/moved")); got.StatusCode != 303 || got.Headers["location"] != "/console/" {
		t.Errorf("a redirect: %d %v", got.StatusCode, got.Headers)
	}
	head := get("/text")
	head.RequestContext.HTTP.Method = "HEAD"
	if got, _ := serve(t, pages, head); got.StatusCode != 200 || got.Body != "" || got.Headers["content-type"] != "text/html; charset=utf-8" {
		t.Errorf("HEAD: %+v", got)
	}
}

// A gateway that leaves cookies among the headers has them read too.
func TestCookiesAmongHeaders(t *testing.T) {
	ev := get("/console/")
	ev.Headers = map[string]string{"cookie": "a=1; b=2"}
	serve(t, func(_ http.ResponseWriter, r *http.Request) {
		if c := r.Cookies(); len(c) != 2 || c[1].String() != "b=2" {
			t.Errorf("cookies %v", c)
		}
	}, ev)
}

// What is too large, or no request, reaches no page.
func TestLimits(t *testing.T) {
	large := strings.Repeat("x", 512<<10)
	for name, tc := range map[string]struct {
		change func(*events.APIGatewayV2HTTPRequest)
		status int
	}{
		"as it is":     {func(*events.APIGatewayV2HTTPRequest) {}, 200},
		"a full body":  {func(ev *events.APIGatewayV2HTTPRequest) { ev.Body = large }, 200},
		"a large body": {func(ev *events.APIGatewayV2HTTPRequest) { ev.Body = large + "x" }, 413},
		"a large one, encoded": {func(ev *events.APIGatewayV2HTTPRequest) {
			ev.Body, ev.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(large+"x")), true
		}, 413},
		"no base64":    {func(ev *events.APIGatewayV2HTTPRequest) { ev.Body, ev.IsBase64Encoded = "%", true }, 400},
		"full headers": {func(ev *events.APIGatewayV2HTTPRequest) { ev.Cookies = []string{strings.Repeat("c", 10000)} }, 200},
		"large headers": {func(ev *events.APIGatewayV2HTTPRequest) {
			ev.Cookies, ev.Headers = []string{strings.Repeat("c", 10000)}, map[string]string{"x": strings.Repeat("y", 7000)}
		}, 431},
		"a large query":   {func(ev *events.APIGatewayV2HTTPRequest) { ev.RawQueryString = large[:17000] }, 431},
		"no path":         {func(ev *events.APIGatewayV2HTTPRequest) { ev.RawPath = "" }, 400},
		"a host as path":  {func(ev *events.APIGatewayV2HTTPRequest) { ev.RawPath = "http://evil.example.com/" }, 400},
		"no such methods": {func(ev *events.APIGatewayV2HTTPRequest) { ev.RequestContext.HTTP.Method = "A B" }, 400},
	} {
		ev, called := get("/console/"), false
		tc.change(&ev)
		got, _ := serve(t, func(http.ResponseWriter, *http.Request) { called = true }, ev)
		if got.StatusCode != tc.status || called != (tc.status == 200) {
			t.Errorf("%s: %d, called %v, want %d", name, got.StatusCode, called, tc.status)
		}
	}
	got, log := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 5<<20)) }, get("/console/"))
	if got.StatusCode != 500 || len(got.Body) > 100 || !strings.Contains(log, "too large") {
		t.Errorf("a large page: %d, %d bytes, log %s", got.StatusCode, len(got.Body), log)
	}
}

// A panic is one failed page, which keeps nothing of what was written. The log has no
// query, which holds codes of the issuer and what people typed.
func TestPanicsAndLogs(t *testing.T) {
	ev := get("/console/callback")
	ev.RawQueryString = "code=s3cret&state=s3cret"
	got, log := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "s3cret"})
		panic("broken")
	}, ev)
	if got.StatusCode != 500 || len(got.Cookies) != 0 || strings.Contains(got.Body, "broken") {
		t.Errorf("got %+v", got)
	}
	if !strings.Contains(log, `"level":"ERROR"`) || !strings.Contains(log, `"path":"/console/callback"`) || strings.Contains(log, "s3cret") {
		t.Errorf("log is %s", log)
	}
	for _, line := range strings.Split(strings.TrimSpace(log), "\n") {
		var entry struct {
			ID string `json:"request_id"`
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.ID != "id-1" {
			t.Errorf("line %s (%v)", line, err)
		}
	}
}

// A caller that has gone ends the calls of its page.
func TestContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := console.Handler{Host: "access.example.com", Log: slog.New(slog.DiscardHandler), Pages: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		if r.Context().Err() == nil {
			t.Error("the request outlives its call")
		}
	})}
	if _, err := h.Handle(ctx, get("/console/")); err != nil {
		t.Error(err)
	}
}
