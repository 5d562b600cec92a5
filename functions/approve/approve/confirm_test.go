package approve_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// endless makes a world with active access that lasts until it is revoked, confirmed every
// 90 days, at a time before its end.
func endless(t *testing.T, left time.Duration) *world {
	t.Helper()
	ada := run.Person{ID: "ada@example.com", Email: "ada@example.com"}
	r, err := run.New(run.Draft{ID: run.NewID(start), Channel: run.ViaAPI, Requester: ada, DurationSeconds: 90 * 24 * 3600, UntilRevoked: true, Flow: run.Flow{
		Name: "f", Hooks: "h", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"}, Strategy: []byte(`{"type":"lambda"}`),
		Review: run.ReviewRule{Approvers: []string{"group:sre"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600},
	}}, start)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{run: r, who: ada, now: start.Add(time.Minute)}
	w.step(&engine.HookResponse{Body: []byte(`{"transition":"approve","subscriptions":[]}`), Version: "1"})
	next, _, _, err := engine.Park(w.run, engine.Parking{Step: "Active", Turn: w.run.Engine.Turn, Token: "token", Order: run.TokenOrder{EnteredAt: w.now}, Hold: run.Hold{State: run.Held, At: w.now}}, w.now)
	if err != nil {
		t.Fatal(err)
	}
	w.run = next
	w.now = w.run.Access.EndsAt.Add(-left)
	w.today = &run.Today{Flows: map[string]run.TodayFlow{"f": {Admins: []string{"root@example.com"}, Approvers: []string{"group:sre"}, Requesters: []string{"everyone"}, UntilRevoked: true}}, Groups: map[string]run.TodayGroup{}}
	return w
}

// TestConfirm takes a confirm from whose access it is, in time, and says why it takes no
// other. It waits for the grant that follows.
func TestConfirm(t *testing.T) {
	const day = 24 * time.Hour
	w := endless(t, 30*day)
	w.asleep = true
	status, out := w.do(t, "confirm", `{"note":"still on call"}`)
	if status != 202 || len(w.acts) != 1 || w.acts[0].Event != run.Confirm || w.acts[0].Reason != "still on call" {
		t.Fatalf("%d %v, %+v", status, out, w.acts)
	}
	if you, _ := out["you"].(map[string]any)["confirm"].(map[string]any); you["may"] != true || out["until_revoked"] != true {
		t.Errorf("you may %v", you)
	}
	w.asleep = false
	w.step(nil) // it is being granted anew
	if status, _ := w.do(t, "confirm", `{}`); status != 202 || len(w.acts) != 1 {
		t.Errorf("while it is confirmed: %d, %d acts", status, len(w.acts))
	}
	for name, tc := range map[string]struct {
		left   time.Duration
		who    string
		body   string
		status int
		kind   string
		detail string
	}{
		"too early": {46 * day, "ada@example.com", `{}`, 409, "not-confirmable", "It is too early"},
		"too late":  {10 * time.Minute, "ada@example.com", `{}`, 409, "not-confirmable", "It is too late"},
		"an admin":  {30 * day, "root@example.com", `{}`, 403, "forbidden", "Only whose access it is"},
		"a member":  {30 * day, "ada@example.com", `{"reason":"x"}`, 400, "invalid", ""},
	} {
		w := endless(t, tc.left)
		w.who = run.Person{ID: tc.who, Email: tc.who}
		status, out := w.do(t, "confirm", tc.body)
		kind, _ := out["type"].(string)
		detail, _ := out["detail"].(string)
		if status != tc.status || !strings.Contains(kind, tc.kind) || !strings.HasPrefix(detail, tc.detail) || len(w.acts) != 0 {
			t.Errorf("%s: %d %v", name, status, out)
		}
	}
	w = endless(t, 30*day)
	w.who = run.Person{ID: "eve@example.com", Email: "eve@example.com"}
	if status, _ := w.do(t, "confirm", `{}`); status != 404 {
		t.Errorf("who may not see it: %d", status)
	}
}

// TestConfirmed answers by what became of a confirm.
func TestConfirmed(t *testing.T) {
	const day = 24 * time.Hour
	w := endless(t, 30*day)
	w.granting = func(r *run.Run) (run.Hold, *engine.Failure) {
		return run.Hold{State: run.Held, At: w.now, ConfirmedBy: r.Engine.Case.Act}, nil
	}
	ends := w.run.Access.EndsAt
	status, _ := w.do(t, "confirm", `{}`)
	if status != 200 || !w.run.Access.EndsAt.After(ends) {
		t.Fatalf("%d, it ends at %v", status, w.run.Access.EndsAt)
	}
	if status, _ := w.do(t, "confirm", `{}`); status != 200 || len(w.acts) != 1 {
		t.Errorf("again: %d, %d acts", status, len(w.acts))
	}
	w = endless(t, 30*day)
	w.granting = func(*run.Run) (run.Hold, *engine.Failure) {
		return run.Hold{State: run.Held, At: start}, &engine.Failure{Text: "no such user", Final: true}
	}
	status, out := w.do(t, "confirm", `{}`)
	detail, _ := out["detail"].(string)
	if status != 409 || !strings.HasPrefix(detail, "The access could not be granted anew, so nothing has changed") || !strings.Contains(detail, "no such user") {
		t.Errorf("%d %v", status, out)
	}
}

// TestShorteningUntilRevoked takes only a duration shorter than that after which access is
// confirmed: the approver means its end.
func TestShorteningUntilRevoked(t *testing.T) {
	w := endless(t, 30*24*time.Hour)
	w.who = run.Person{ID: "root@example.com", Email: "root@example.com"}
	status, out := w.do(t, "approve", `{"duration_seconds":7776000}`)
	if status != 400 || !strings.Contains(fmt.Sprint(out), "must be less than 7776000") {
		t.Errorf("%d %v", status, out)
	}
}
