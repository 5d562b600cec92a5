package watch_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// The console has the people and the flows that are served now, and its backtest tries the
// hooks that are.
func TestFollow_Console(t *testing.T) {
	l := languages[0]
	tm := newTeam(t, l)
	review := strings.Replace(l.code("", "my-own-flow"), `return approve("")`, "return None", 1)
	tm.write(l.hooks, review)
	if err := tm.start(); err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	at := "" // the path of the page
	visit := func(method, path string, form url.Values) string {
		t.Helper()
		req, err := http.NewRequestWithContext(context.Background(), method, tm.stack.URL()+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		res, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		page, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		at = res.Request.URL.Path
		return string(page)
	}
	tm.prints("flows.yaml: the new version is served", func() {
		tm.write(folder.FlowsFile, flowsFile+"directory:\n  people: [{email: hopper@example.com, name: Hopper}]\n")
	})
	if page := visit("GET", "/console/who", nil); !strings.Contains(page, "hopper@example.com") {
		t.Error("a person who is new in flows.yaml is not offered")
	}
	visit("POST", "/console/who", url.Values{"who": {"ada@example.com"}, "to": {"/console/"}})

	created, err := tm.post("/requests", `{"flow":"my-own-flow"}`)
	if err != nil {
		t.Fatal(err)
	}
	id := strings.Split(string(created), `"`)[3]
	if _, err := tm.postAs("grace@example.com", "/requests/"+id+"/deny", `{"reason":"No ticket."}`); err != nil {
		t.Fatal(err)
	}
	agreement := func(want string) {
		t.Helper()
		page := visit("POST", "/console/backtest", url.Values{"days": {"1"}, "flow": {"my-own-flow"}})
		for deadline := time.Now().Add(20 * time.Second); !strings.Contains(page, want) && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			page = visit("GET", at, nil)
		}
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	const flips = "People denied, and the hooks would approve: %d"
	agreement(fmt.Sprintf(flips, 0))
	tm.prints("hooks: the new version is served", func() { tm.write(l.hooks, l.code("ok", "my-own-flow")) })
	agreement(fmt.Sprintf(flips, 1))
}
