package engine_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

var events = []run.EventName{
	run.Request, run.Approve, run.Deny, run.Expire, run.Cancel, run.Escalate, run.Deescalate, run.Revoke, run.Fail, run.Ignore, run.Forward, run.Erased,
}

// The engine's table and the record's own, by which a history is verified, allow
// the same.
func TestTransitionsAreWhatTheRecordAllows(t *testing.T) {
	rows := map[string]bool{}
	key := func(from run.Status, e run.EventName, to run.Status) string {
		return fmt.Sprintf("%q %s %q", from, e, to)
	}
	for _, row := range engine.Transitions() {
		rows[key(row.From, row.Event, row.To)] = true
	}
	statuses := append([]run.Status{""}, run.Statuses...)
	for _, from := range statuses {
		for _, e := range events {
			for _, to := range statuses {
				if k := key(from, e, to); rows[k] != run.May(from, e, to) {
					t.Errorf("%s: in the engine's table %v, in the record's %v", k, rows[k], run.May(from, e, to))
				}
			}
		}
	}
}

// Hooks before and after an event are hooks of that event.
func TestTransitionsNameTheirHooks(t *testing.T) {
	for _, row := range engine.Transitions() {
		for _, h := range []run.HookName{row.Before, row.After} {
			want := row.Event
			if want == run.Forward {
				want = run.Request // after_request follows the routing
			}
			if h != "" && h.Event() != want {
				t.Errorf("%s calls %s, a hook of %s", row.Event, h, h.Event())
			}
		}
	}
}

// docs/lifecycle.md has the table, but for the events that never change a status.
func TestTransitionsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/lifecycle.md")
	if err != nil {
		t.Fatal(err)
	}
	cell := func(s string) string {
		if s == "" {
			return ""
		}
		return "`" + s + "`"
	}
	var want strings.Builder
	want.WriteString("| from | event | to | hook before | hook after |\n|---|---|---|---|---|\n")
	for _, row := range engine.Transitions() {
		if row.Event != run.Ignore && row.Event != run.Erased {
			fmt.Fprintf(&want, "| %s | %s | %s | %s | %s |\n", cell(string(row.From)), cell(string(row.Event)), cell(string(row.To)), cell(string(row.Before)), cell(string(row.After)))
		}
	}
	if !strings.Contains(string(page), want.String()) {
		t.Errorf("docs/lifecycle.md must have this table:\n%s", &want)
	}
}
