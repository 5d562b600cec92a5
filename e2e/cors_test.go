package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws"
)

// portal is the origin of a web page that may call the API.
const portal = "https://portal.example.com"

// A web page of an origin in CorsOrigins may call the API, and no other: not even one
// of them may call what stands for AWS's services.
func TestCORS(t *testing.T) {
	if emulated() {
		t.Skip("the emulator's CloudFormation loses the API's CorsConfiguration: docs/e2e.md")
	}
	on, _ := serve(t, "CasesFunction", "testdata/cases/flows.yaml", localaws.Options{Parameters: map[string]string{"CorsOrigins": portal + ",http://localhost:3000"}})
	mayCall(t, on.url)
	for where, want := range map[string]int{
		on.url + "/flows":    http.StatusForbidden, // of another page
		on.services:          http.StatusForbidden,
		on.services + "/sub": http.StatusForbidden,
	} {
		origin := portal
		if strings.HasSuffix(where, "/flows") {
			origin = "https://evil.example.com"
		}
		if res := from(t, "GET", where, origin); res.StatusCode != want || res.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s from %s: %d %v", where, origin, res.StatusCode, res.Header)
		}
	}
}

// mayCall asks as a browser does, and then calls.
func mayCall(t *testing.T, url string) {
	t.Helper()
	res := from(t, "OPTIONS", url+"/requests", portal, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type,prefer")
	allowed := "," + strings.ToLower(res.Header.Get("Access-Control-Allow-Headers")) + ","
	for _, header := range []string{"authorization", "content-type", "prefer", "idempotency-key", "if-match"} {
		if !strings.Contains(allowed, ","+header+",") {
			t.Errorf("the preflight does not allow the header %s: %s", header, allowed)
		}
	}
	if res.StatusCode != http.StatusNoContent || res.Header.Get("Access-Control-Allow-Origin") != portal || !strings.Contains(res.Header.Get("Access-Control-Allow-Methods"), "POST") {
		t.Errorf("the preflight: %d %v", res.StatusCode, res.Header)
	}
	res = from(t, "GET", url+"/flows", portal, "Authorization", "Bearer ada@example.com")
	if res.StatusCode != http.StatusOK || res.Header.Get("Access-Control-Allow-Origin") != portal || !strings.Contains(strings.ToLower(res.Header.Get("Access-Control-Expose-Headers")), "location") {
		t.Errorf("the call: %d %v", res.StatusCode, res.Header)
	}
	if c := res.Header.Get("Access-Control-Allow-Credentials"); c != "" {
		t.Errorf("cookies are allowed: %s", c)
	}
}

// from sends a request of a page.
func from(t *testing.T, method, url, origin string, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Origin", origin)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return res
}
