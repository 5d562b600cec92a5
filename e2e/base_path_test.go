package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// Behind a custom domain with a base path, what the API says of where it is leads
// back through it; at the API's own endpoint it doesn't. The CLI follows.
func TestBasePath(t *testing.T) {
	if emulated() {
		t.Skip("the emulator knows no custom domains")
	}
	on, _ := serve(t, "HooksFunction", "../flows.yaml", localaws.Options{Parameters: map[string]string{"ApiBasePath": "/approvals/v1"}})
	for _, base := range []string{"", "/approvals/v1"} {
		c := &client{url: on.url, who: "ada@example.com"}
		do := func(method, path string, body []byte) (*http.Response, []byte) {
			t.Helper()
			req, err := http.NewRequest(method, on.url+path, strings.NewReader(string(body)))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+c.who)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			answer, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			return res, answer
		}
		res, answer := do("POST", base+"/requests", []byte(`{"flow":"everything-goes"}`))
		at := res.Header.Get("Location")
		if res.StatusCode != 201 || !strings.HasPrefix(at, base+"/requests/") {
			t.Fatalf("below %q: %d, Location %q: %s", base, res.StatusCode, at, answer)
		}
		if res, answer = do("GET", at, nil); res.StatusCode != 200 {
			t.Errorf("GET %s: %d %s", at, res.StatusCode, answer)
		}
		var document struct {
			Servers []struct{ URL string }
		}
		if _, answer = do("GET", base+"/openapi.json", nil); json.Unmarshal(answer, &document) != nil || len(document.Servers) != 1 || document.Servers[0].URL != on.url+base {
			t.Errorf("below %q the servers are %v, want %s", base, document.Servers, on.url+base)
		}
		show := exec.Command(filepath.Join(binaries, "bin", "fasttrack"), "show", strings.ToLower(filepath.Base(at)))
		show.Env = append(show.Environ(), "FASTTRACK_URL="+on.url+base, "FASTTRACK_TOKEN="+c.who)
		if out, err := show.CombinedOutput(); err != nil || !strings.Contains(string(out), "everything-goes") {
			t.Errorf("show below %q: %v %s", base, err, out)
		}
	}
}

// Each route of method GET is one of method HEAD too, with the same authorization.
func TestEachGetHasItsHead(t *testing.T) {
	stack, err := template.Load("../template.yaml", template.Options{Region: "r", AccountID: "1", StackName: "s", FunctionVersion: func(string) (string, error) { return "1", nil }})
	if err != nil {
		t.Fatal(err)
	}
	routes := map[string]template.Route{}
	for _, r := range stack.APIs[0].Routes {
		routes[r.Key] = r
	}
	gets := 0
	for key, get := range routes {
		path, is := strings.CutPrefix(key, "GET ")
		if !is {
			continue
		}
		gets++
		head, there := routes["HEAD "+path]
		if !there || head.Authorization != get.Authorization || head.FunctionARN != get.FunctionARN {
			t.Errorf("%s has no HEAD that is authorized and served as it is", key)
		}
	}
	if gets == 0 {
		t.Error("there is no route of method GET")
	}
}
