package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// lockedLog is a log that is read while it is written.
type lockedLog struct {
	mu  sync.Mutex
	all strings.Builder
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

const loggedFlows = `
flows:
  - name: logged
    label: Planted-Label-Flow
    admins: [group:platform]
    hook_timeout: 1s
    fields:
      - {name: target, type: target, required: true}
      - {name: do, type: string}
      - {name: note, type: string}
      - {name: pin, type: string, sensitive: true}
    targets: [{id: planted-target, label: Planted-Label-Target}, {id: planted-other, label: Planted-Label-Other}]
    durations: [2s, 1h]
    strategy: {type: lambda, function: grant-demo}
    review: {approvers: [group:sre], notify: [{to: [sns]}]}
    vars: {subscriptions: [on_request, on_approve, on_revoke]}
directory:
  groups: {sre: [planted-grace@example.com], platform: [planted-root@example.com]}
`

// TestLogsHoldNothingPersonal plants marks in everything that somebody types or is
// called, plays whole lives, with failures in them, and finds no mark in a log.
func TestLogsHoldNothingPersonal(t *testing.T) {
	if emulated() {
		t.Skip("the functions' logs are this machine's own")
	}
	flows := filepath.Join(t.TempDir(), "flows.yaml")
	if err := os.WriteFile(flows, []byte(loggedFlows), 0o600); err != nil {
		t.Fatal(err)
	}
	logs := &lockedLog{}
	stack, err := local.Start(t.Context(), "", localaws.Options{
		TemplatePath: "../template.yaml", BuildDir: layOut(t, "CasesFunction", flows), Addr: "127.0.0.1:0", Log: logs,
	})
	if err != nil {
		t.Fatal(err)
	}
	c := &client{url: stack.URL(), who: "planted-ada@example.com;planted-group"}
	post := func(path string, body map[string]any, want int) string {
		t.Helper()
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.call("POST", path, raw); err != nil || c.status != want {
			t.Fatalf("POST %s: %d %v, want %d: %s", path, c.status, err, want, c.body)
		}
		id, _ := c.at("id")
		return id
	}
	ask := func(target, do string, seconds int) string {
		c.who = "planted-ada@example.com;planted-group"
		id := post("/requests", map[string]any{
			"flow": "logged", "reason": "planted-reason", "duration_seconds": seconds, "context": map[string]any{"planted-context": "planted-context"},
			"fields": map[string]any{"target": target, "do": do, "note": "planted-note", "pin": "planted-pin"},
		}, 201)
		return id
	}
	await := func(id, status string) {
		t.Helper()
		until(t, c, id, func() bool { s, _ := c.at("status"); return s == status })
	}
	// Approved by a person, given, ended by itself.
	ended := ask("planted-target", "on_request=error", 2)
	await(ended, "pending")
	c.who = "planted-grace@example.com"
	post("/requests/"+ended+"/approve", map[string]any{"reason": "planted-approve"}, 200)
	await(ended, "ended")
	// Refused acts, a guard that ignores, a denial, a revoke.
	c.who = "planted-eve@example.com"
	post("/requests/"+ended+"/revoke", map[string]any{"reason": "planted-revoke"}, 404)
	denied := ask("planted-other", "", 3600)
	await(denied, "pending")
	post("/requests/"+denied+"/approve", map[string]any{"reason": "planted-self"}, 403)
	c.who = "planted-grace@example.com"
	post("/requests/"+denied+"/deny", map[string]any{"reason": "planted-deny"}, 200)
	revoked := ask("planted-target", "on_request=panic", 3600)
	await(revoked, "pending")
	c.who = "planted-grace@example.com"
	post("/requests/"+revoked+"/approve", map[string]any{}, 200)
	await(revoked, "active")
	post("/requests/"+revoked+"/revoke", map[string]any{"reason": "planted-revoke"}, 200)
	await(revoked, "revoked")
	c.who = "planted-ada@example.com"
	post("/requests", map[string]any{"flow": "logged", "planted-member": 1, "fields": map[string]any{"planted-field": "planted-value"}}, 400)

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := stack.Close(ctx); err != nil {
		t.Error(err)
	}
	written := logs.String()
	for _, function := range []string{`"operation":"give"`, `"operation":"take"`, `"step"`, `"msg":"call"`, `"msg":"notified"`} {
		if !strings.Contains(written, function) {
			t.Errorf("no line has %s: the test reads too little", function)
		}
	}
	for line := range strings.Lines(written) {
		// A message of the topic is printed on this machine, as it would be mailed.
		if strings.Contains(strings.ToLower(line), "planted-") && strings.Contains(line, "{") {
			t.Errorf("a line holds what was planted: %s", fmt.Sprintf("%.600s", line))
		}
	}
}
