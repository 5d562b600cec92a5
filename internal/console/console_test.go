package console_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/console"
)

// door is a door for tests: a browser with the cookie "who" is that person.
type door struct{}

func (door) Signer(_ http.ResponseWriter, r *http.Request) (api.Signer, error) {
	c, err := r.Cookie("who")
	if err != nil {
		return nil, nil
	}
	return api.Bearer(c.Value), nil
}
func (door) Mount(*http.ServeMux, *console.Console) {}
func (door) SignIn(*http.Request) string            { return console.Base + "/sign-in" }
func (door) SignOut() string                        { return console.Base + "/sign-out" }

// open serves a console before an API that responds to each "METHOD /path" with the
// given value, or with a [api.Problem]'s status, and with 404 to all else.
func open(t *testing.T, responses map[string]any) http.Handler {
	t.Helper()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, found := responses[r.Method+" "+r.URL.Path]
		if !found {
			v = &api.Problem{Status: 404, Title: "Not Found", Detail: "There is no such thing.", Type: api.ProblemNotFound}
		}
		w.Header().Set("Content-Type", "application/json")
		if p, is := v.(*api.Problem); is {
			w.WriteHeader(p.Status)
		}
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(upstream.Close)
	c, err := console.New(console.Options{API: upstream.URL, Sessions: door{}})
	if err != nil {
		t.Fatal(err)
	}
	return c.Handler()
}

// get returns the page at a path of the console, for Ada.
func get(t *testing.T, h http.Handler, path string) (status int, header http.Header, body string) {
	t.Helper()
	r := httptest.NewRequest("GET", "http://console.example.com"+path, nil)
	r.AddCookie(&http.Cookie{Name: "who", Value: "ada@example.com"})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	raw, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, w.Result().Header, string(raw)
}

func emptyLists() map[string]any {
	return map[string]any{
		"GET /me":       api.Me{ID: "ada@example.com", Flows: []api.MyFlow{{Name: "aws-access", Label: "AWS access", May: []string{api.MayRequest}}}},
		"GET /flows":    api.FlowList{Flows: []api.Flow{{Name: "aws-access", Label: "AWS access"}}},
		"GET /requests": api.RequestList{Requests: []api.Request{}},
	}
}

func TestHome(t *testing.T) {
	status, header, body := get(t, open(t, emptyLists()), "/console/")
	if status != 200 || !strings.Contains(body, "Nothing waits for you") || !strings.Contains(body, "AWS access") {
		t.Errorf("%d: %s", status, body)
	}
	policy := header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy %q has no %s", policy, part)
		}
	}
	if strings.Contains(policy, "unsafe") || header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers are %v", header)
	}
}

func TestWhoIsNotSignedIn(t *testing.T) {
	r := httptest.NewRequest("GET", "http://console.example.com/console/requests/01J?done=ask", nil)
	w := httptest.NewRecorder()
	open(t, emptyLists()).ServeHTTP(w, r)
	if got := w.Header().Get("Location"); w.Code != 303 || got != "/console/sign-in?to=%2Fconsole%2Frequests%2F01J%3Fdone%3Dask" {
		t.Errorf("%d to %q", w.Code, got)
	}
}

func TestPageAfterASignInInANewTab(t *testing.T) {
	if status, _, body := get(t, open(t, emptyLists()), console.SignedInPath); status != 200 || !strings.Contains(body, "close this tab") {
		t.Errorf("%d: %s", status, body)
	}
}

func TestPageThatDoesNotExist(t *testing.T) {
	if status, _, body := get(t, open(t, emptyLists()), "/console/nothing"); status != 404 || !strings.Contains(body, "Not here") {
		t.Errorf("%d: %s", status, body)
	}
}

func TestReturnTo(t *testing.T) {
	for to, want := range map[string]string{
		"/console/requests/01J?a=b":         "/console/requests/01J?a=b",
		"/console/":                         "/console/",
		"/console/new/x#f":                  "/console/new/x",
		"":                                  "/console/",
		"/":                                 "/console/",
		"/console":                          "/console/",
		"//evil.example.com/console/":       "/console/",
		"https://evil.example.com/console/": "/console/",
		"/console/../requests":              "/console/",
		"/console//evil.example.com":        "/console/",
		`/console/\evil`:                    "/console/",
		"/console/\r\nSet-Cookie: a=b":      "/console/",
		"javascript:alert(1)":               "/console/",
		"/console/%2e%2e/x":                 "/console/",
		"/consoles/":                        "/console/",
		"http:/console/":                    "/console/",
		"//console/":                        "/console/",
		"https:console/":                    "/console/",
	} {
		if got := console.ReturnTo(to); got != want {
			t.Errorf("%q becomes %q, want %q", to, got, want)
		}
	}
}
