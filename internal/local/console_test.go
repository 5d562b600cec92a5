package local_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

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
func send(t *testing.T, c *http.Client, method, address, form string, header ...string) (status int, location, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Location"), string(raw)
}

// GET / leads to the console; every other path outside it is the API's.
func TestConsoleBesideTheAPI(t *testing.T) {
	stack := start(t, "../../flows.yaml", localaws.Options{})
	c := browser(t)
	for line, want := range map[string]string{
		"GET /":            "303 /console/",
		"HEAD /":           "303 /console/",
		"POST /":           "404 ",
		"GET /nothing":     "404 ",
		"GET /consoles":    "404 ",
		"GET /console":     "303 /console/",
		"GET /console/":    "303 /console/who?to=%2Fconsole%2F",
		"GET /console/who": "200 ",
		"GET /requests":    "401 ",
	} {
		method, path, _ := strings.Cut(line, " ")
		status, location, body := send(t, c, method, stack.URL()+path, "")
		if got := fmt.Sprint(status, " ", location); got != want {
			t.Errorf("%s: got %s, want %s\n%s", line, got, want, body)
		}
	}
}

// A page of another site reaches no page and changes nothing: neither under a name that
// resolves to this machine (DNS rebinding), nor by a form that is sent from there.
func TestConsoleRefusesOtherSites(t *testing.T) {
	stack := start(t, "../../flows.yaml", localaws.Options{})
	host := strings.TrimPrefix(stack.URL(), "http://")
	_, port, _ := strings.Cut(host, ":")
	for _, tc := range []struct {
		method, path, header string
		want                 int
	}{
		{"GET", "/console/who", "Host: " + host, 200},
		{"GET", "/console/who", "Host: localhost:" + port, 200},
		{"GET", "/", "Host: evil.example.com:" + port, 421},
		{"GET", "/console/who", "Host: evil.example.com:" + port, 421},
		{"GET", "/console/who", "Host: evil.example.com", 421},
		{"GET", "/console/who", "Host: 127.0.0.1:1", 421},
		{"POST", "/console/who", "Host: evil.example.com:" + port, 421},
		{"POST", "/console/who", "Origin: http://" + host, 303},
		{"POST", "/console/who", "Origin: http://evil.example.com", 403},
		{"POST", "/console/who", "Origin: null", 403},
		{"POST", "/console/who", "Origin: http://127.0.0.1:1", 403},
		{"POST", "/console/who", "Sec-Fetch-Site: cross-site", 403},
		{"POST", "/console/who", "Sec-Fetch-Site: same-site", 403},
		{"POST", "/console/out", "Sec-Fetch-Site: cross-site", 403},
	} {
		c := browser(t)
		form := ""
		if tc.method == "POST" {
			form = "who=ada@example.com"
		}
		status, _, body := send(t, c, tc.method, stack.URL()+tc.path, form, tc.header)
		at, err := url.Parse(stack.URL() + "/console/")
		if err != nil {
			t.Fatal(err)
		}
		if cookies := len(c.Jar.Cookies(at)); status != tc.want || (cookies > 0) != (tc.want == 303) {
			t.Errorf("%s %s with %s: %d with %d cookies, want %d\n%s", tc.method, tc.path, tc.header, status, cookies, tc.want, body)
		}
	}
}

// A page whose origin may call the API (CORS) may not use the console.
func TestConsoleRefusesOriginsOfTheAPI(t *testing.T) {
	stack := start(t, "../../flows.yaml", localaws.Options{Parameters: map[string]string{"CorsOrigins": "https://portal.example.com"}})
	if status, _, body := send(t, browser(t), "GET", stack.URL()+"/console/who", "", "Origin: https://portal.example.com"); status != 403 {
		t.Errorf("%d: %s", status, body)
	}
}

// The page offers who can call, by how the API knows them.
func TestConsolePeople(t *testing.T) {
	for mode, want := range map[string][]string{
		"JWT": {`value="ada@example.com"`, `value="grace@example.com"`, "sre", `value="ci|"`, "Somebody else"},
		"IAM": {`value="ada"`, `value="ci"`, "assumed-role/ci/build", `value="alan"`},
	} {
		stack := start(t, "../../flows.yaml", localaws.Options{Parameters: map[string]string{"AuthMode": mode}})
		_, _, body := send(t, browser(t), "GET", stack.URL()+"/console/who", "")
		for _, part := range want {
			if !strings.Contains(body, part) {
				t.Errorf("%s: the page lacks %s:\n%s", mode, part, body)
			}
		}
		if mode == "IAM" && strings.Contains(body, "Somebody else") {
			t.Error("with IAM, somebody without an access key is offered")
		}
		for _, nobody := range []string{"", "nobody", "nobody@", "a@example.com;%zz", strings.Repeat("a", 60) + "@" + strings.Repeat("b", 2000)} {
			if status, _, body := send(t, browser(t), "POST", stack.URL()+"/console/who", url.Values{"who": {nobody}}.Encode()); status != 422 || !strings.Contains(body, `role="alert"`) {
				t.Errorf("%s: as %q: %d", mode, nobody, status)
			}
		}
	}
}

// Who brings tokens of an issuer of their own can't just say who they are.
func TestConsoleNeedsTokens(t *testing.T) {
	stack := start(t, "../../flows.yaml", localaws.Options{Parameters: map[string]string{"AuthMode": "JWT", "JwtIssuer": "https://issuer.example.com", "JwtAudience": "fasttrack"}})
	for _, path := range []string{"/", "/console/who"} {
		if status, _, _ := send(t, browser(t), "GET", stack.URL()+path, ""); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
	var out bytes.Buffer
	if local.Report(&out, stack, ""); strings.Contains(out.String(), "console") {
		t.Errorf("the report names a console that is off:\n%s", &out)
	}
}
