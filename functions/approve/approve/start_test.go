package approve_test

import (
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// approvedFor makes a world with an approved run whose access starts an hour later.
func approvedFor(t *testing.T) *world {
	t.Helper()
	ada := run.Person{ID: "ada@example.com", Email: "ada@example.com"}
	r, err := run.New(run.Draft{ID: run.NewID(start), Channel: run.ViaAPI, Requester: ada, DurationSeconds: 60, StartsAt: start.Add(time.Hour), Flow: run.Flow{
		Name: "f", Hooks: "h", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"}, Strategy: []byte(`{"type":"lambda"}`),
		Review: run.ReviewRule{Approvers: []string{"group:sre"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600},
	}}, start)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{run: r, who: ada, now: start.Add(time.Minute)}
	w.step(&engine.HookResponse{Body: []byte(`{"transition":"approve","subscriptions":[]}`), Version: "1"})
	w.run.Engine.Token = "token"
	return w
}

// TestCancelBeforeTheStart takes a cancel until the start, also one that is found after
// access was granted, and refuses it then.
func TestCancelBeforeTheStart(t *testing.T) {
	w := approvedFor(t)
	if status, out := w.do(t, "cancel", `{"reason":"moved"}`); status != 200 || out["status"] != "canceled" || out["starts_at"] != "2026-11-23T11:00:00Z" {
		t.Errorf("before the start: %d %v", status, out)
	}
	w = approvedFor(t)
	w.now = w.run.StartsAt
	if status, _ := w.do(t, "cancel", `{}`); status != 409 {
		t.Errorf("at the start: %d", status)
	}
	w = approvedFor(t)
	w.asleep = true // the start comes before the cancel is found
	if status, _ := w.do(t, "cancel", `{}`); status != 202 {
		t.Errorf("found later: %d", status)
	}
	w = approvedFor(t)
	w.who = run.Person{ID: "root@example.com", Email: "root@example.com"}
	if status, _ := w.do(t, "cancel", `{}`); status != 403 {
		t.Errorf("by an admin: %d", status)
	}
	if status, _ := w.do(t, "approve", `{}`); status != 409 {
		t.Errorf("approve once more: %d", status)
	}
	if w.asleep = true; w.run.Status != run.Approved {
		t.Fatal(w.run.Status)
	}
	if status, _ := w.do(t, "revoke", `{"reason":"freeze"}`); status != 202 || !w.run.HasAct(w.acts) {
		t.Errorf("revoke by an admin: %d", status)
	}
}
