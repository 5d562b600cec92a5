package e2e

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// TestAReorganisationStrandsNothing deploys another flows.yaml over requests that
// wait and access that is active: who has left has no right over them, who has
// come can finish them, and those of a flow that is gone are still found.
func TestAReorganisationStrandsNothing(t *testing.T) {
	if emulated() {
		t.Skip("it looks at functions, which are the same there")
	}
	data := t.TempDir()
	// The issuer of tokens is named by the address, which so stays the same.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	var c client
	start := func(flows string) (stop func()) {
		t.Helper()
		stack, err := local.Start(t.Context(), "", localaws.Options{
			TemplatePath: "../template.yaml", BuildDir: layOut(t, "CasesFunction", flows), Addr: addr, Log: newLogs(t), Data: data,
		})
		if err != nil {
			t.Fatal(err)
		}
		c.url = stack.URL()
		stopped := false
		stop = func() {
			if stopped {
				return
			}
			stopped = true
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			if err := stack.Close(ctx); err != nil {
				t.Errorf("close: %v", err)
			}
		}
		t.Cleanup(stop)
		return stop
	}
	call := func(who, method, path, body string, status int) {
		t.Helper()
		c.who = who + "@example.com"
		c.headers = [][2]string{{"Prefer", "wait=10"}}
		var sent []byte
		if body != "" {
			sent = []byte(body)
		}
		if err := c.call(method, path, sent); err != nil {
			t.Fatal(err)
		}
		if c.status != status {
			t.Fatalf("%s %s of %s is %d, want %d: %s", method, path, who, c.status, status, c.body)
		}
	}
	at := func(path string) string {
		value, _ := c.at(path)
		return value
	}
	stop := start("testdata/today/before.yaml")
	ids := map[string]string{}
	for flow, body := range map[string]string{
		"plain": `{"flow":"plain"}`, "pats": `{"flow":"plain"}`, "two": `{"flow":"two"}`, "old-name": `{"flow":"old-name"}`,
		"access": `{"flow":"access","fields":{"target":"prod","do":"on_request=approve"}}`,
	} {
		call("ada", "POST", "/requests", body, 201)
		ids[flow] = at("id")
	}
	call("grace", "POST", "/requests/"+ids["two"]+"/approve", "{}", 200)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		call("root", "GET", "/requests/"+ids["access"], "", 200)
		if at("status") == "active" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("access is %s", c.body)
		}
	}
	stop()
	start("testdata/today/after.yaml")

	// Who has left sees nothing, and does nothing.
	for _, who := range []string{"grace", "root", "pat"} {
		for _, id := range ids {
			call(who, "GET", "/requests/"+id, "", 404)
			call(who, "POST", "/requests/"+id+"/deny", `{"reason":"no"}`, 404)
		}
		call(who, "GET", "/requests?view=inbox", "", 200)
		if at("runs.len") != "0" {
			t.Errorf("%s's inbox is %s", who, c.body)
		}
	}
	// Who has come reads what the list shows, and ends access.
	call("ann", "GET", "/requests?view=flow&flow=access", "", 200)
	if at("runs.0.id") != ids["access"] {
		t.Errorf("the list is %s", c.body)
	}
	call("ann", "GET", "/requests/"+ids["access"], "", 200)
	call("ann", "POST", "/requests/"+ids["access"]+"/revoke", `{"reason":"enough"}`, 200)
	// An approver of today who was none then, and an admin of today.
	call("linus", "POST", "/requests/"+ids["plain"]+"/approve", "{}", 200)
	call("ann", "POST", "/requests/"+ids["pats"]+"/approve", "{}", 200)
	// grace's approval lapses when the threshold is reached.
	call("linus", "POST", "/requests/"+ids["two"]+"/approve", "{}", 200)
	if at("status") != "pending" || at("review.approved_by.len") != "1" || at("review.approved_by.0.id") != "linus@example.com" || !strings.Contains(string(c.body), "The approval of grace@example.com does not count") {
		t.Errorf("the request is %s", c.body)
	}
	call("nora", "POST", "/requests/"+ids["two"]+"/approve", "{}", 200)
	if at("status") != "approved" {
		t.Errorf("the request is %s", c.body)
	}
	// The flow that is gone: its requester and the file's own admin.
	call("ada", "GET", "/requests/"+ids["old-name"], "", 200)
	call("boss", "GET", "/requests?view=inbox", "", 200)
	if at("runs.len") != "1" || at("runs.0.id") != ids["old-name"] {
		t.Errorf("the inbox is %s", c.body)
	}
	call("boss", "GET", "/requests?view=flow&flow=old-name", "", 200)
	if at("runs.0.id") != ids["old-name"] {
		t.Errorf("the list is %s", c.body)
	}
	call("ann", "GET", "/requests?view=flow&flow=old-name", "", 400)
	call("boss", "GET", "/requests?view=flow&flow=never", "", 400)
	call("boss", "GET", "/requests/"+ids["plain"], "", 404)
	call("linus", "POST", "/requests/"+ids["old-name"]+"/approve", "{}", 403)
	call("boss", "POST", "/requests/"+ids["old-name"]+"/approve", "{}", 200)
	if at("status") != "approved" {
		t.Errorf("the request is %s", c.body)
	}
}
