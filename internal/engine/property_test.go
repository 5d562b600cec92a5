package engine_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

var answers = []string{
	`{}`, `null`, `{"transition":"approve"}`, `{"transition":"deny","reason":"no"}`, `{"transition":"ignore","message":"m"}`,
	`{"transition":"expire"}`, `{"transition":"escalate"}`, `{"transition":"revoke"}`, `7`, `{"nonsense":1}`,
	`{"errors":[{"hook":"get_permissions","error":"x"}]}`, `{"permissions":{"approvers":["eve@example.com"],"approvals":2}}`,
	`{"permissions":{"approvers":[7]}}`, `{"notifications":[{"to":["a@example.com"],"wait_seconds":1}]}`,
	`{"subscriptions":[]}`, `{"subscriptions":["on_request","on_approve","on_deny","on_expire","after_approve"]}`,
	`{"output":{"a":1}}`, `{"transition":"approve","subscriptions":["on_approve"]}`,
}

var everybody = []run.Person{ada, grace, linus, root, eve}

// TestAnyLife plays any sequence of answers, failures, acts, waits, repeated
// and stale steps, and holds what must hold of every run at every moment.
func TestAnyLife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := sampleFlow()
		f.Review.Approvals = rapid.SampledFrom([][]run.Requirement{{{Count: 1}}, {{Count: 2}}, {{From: "group:security", Count: 1}, {Count: 1}}}).Draw(t, "approvals")
		f.Review.Notify = rapid.SampledFrom([][]run.Notify{nil, {{To: []string{"x"}, WaitSeconds: 60}, {To: []string{"y"}}}}).Draw(t, "notify")
		r, err := run.New(run.Draft{ID: run.NewID(start), Flow: f, Requester: ada}, start)
		if err != nil {
			t.Fatal(err)
		}
		now := start
		var acts []run.Act
		var past []engine.Step
		asked := map[string]int{}
		for i := 0; r.Engine.Next == run.NextHook || r.Engine.Next == run.NextReview; i++ {
			if i > 300 {
				t.Fatal("the run does not end")
			}
			now = now.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "pass")) * time.Second)
			for rapid.Bool().Draw(t, "act") && len(acts) < 40 {
				acts = append(acts, run.Act{
					ID: fmt.Sprintf("%026d", len(acts)), At: now, Channel: run.ViaAPI,
					Event:  rapid.SampledFrom([]run.EventName{run.Approve, run.Approve, run.Deny, run.Cancel, run.Revoke, run.Withdraw}).Draw(t, "event"),
					Person: rapid.SampledFrom(everybody).Draw(t, "person"),
					Key:    rapid.SampledFrom([]string{"", "", "k"}).Draw(t, "key"),
				})
			}
			s := engine.Step{ID: fmt.Sprint("step", i), Turn: r.Engine.Turn, Acts: acts, HooksVersion: rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "version")}
			if r.Engine.Next == run.NextHook {
				if rapid.IntRange(0, 4).Draw(t, "fails") == 0 {
					s.Failure = hookFailure("States.Timeout", "")
				} else {
					s.Response = &engine.HookResponse{Body: json.RawMessage(rapid.SampledFrom(answers).Draw(t, "answer")), Version: "1"}
				}
				if c := r.Engine.Case; c != nil {
					asked[fmt.Sprint(r.Engine.Hook, c.Origin, c.Act)]++
				}
			}
			next := decide(t, r, s, now)
			holds(t, r, next)
			// Repeating the step, or one from before, changes nothing.
			for _, again := range append(past, s) {
				if r2 := decide(t, next, again, now); again.ID == next.Engine.Step && !reflect.DeepEqual(r2, next) {
					t.Fatalf("repeating %s changed the run", again.ID)
				}
			}
			past = append(past, s)
			if len(past) > 3 {
				past = past[1:]
			}
			r = next
		}
		for hook, n := range asked {
			if n > 1 {
				t.Fatalf("%s was asked %d times about one event", hook, n)
			}
		}
		if r.Decision == nil {
			t.Fatalf("ended as %s without a decision", r.Status)
		}
	})
}

func decide(t *rapid.T, r *run.Run, s engine.Step, now time.Time) *run.Run {
	before, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	next, _, err := engine.Decide(r, s, now)
	if err != nil {
		t.Fatal(err)
	}
	if after, _ := json.Marshal(r); string(after) != string(before) {
		t.Fatal("Decide changed the run it was given")
	}
	return next
}

// holds checks the invariants of one change.
func holds(t *rapid.T, before, after *run.Run) {
	if err := after.VerifyRecord(after.ID, nil); err != nil {
		t.Fatal(err)
	}
	if n := len(before.History); len(after.History) < n || (n > 0 && !reflect.DeepEqual(before.History, after.History[:n])) {
		t.Fatal("the history was rewritten")
	}
	if before.Decision != nil && !reflect.DeepEqual(before.Decision, after.Decision) {
		t.Fatal("a decision changed")
	}
	decisions := 0
	for _, e := range after.History {
		if e.Event == run.Approve && e.Status == run.Approved || e.Event == run.Deny || e.Event == run.Expire || e.Event == run.Cancel {
			decisions++
		}
		if e.Event == run.Approve && e.Actor.ID == ada.ID {
			t.Fatal("the requester approved")
		}
	}
	if want := map[bool]int{true: 1, false: 0}[after.Decision != nil]; decisions != want {
		t.Fatalf("%d decisions in the history, want %d", decisions, want)
	}
	doc, err := stepfn.NewDocument(after, start, nil)
	if err != nil {
		t.Fatal(err)
	}
	if doc.Seconds < 1 {
		t.Fatalf("waits %d s", doc.Seconds)
	}
	if again, _ := stepfn.NewDocument(after, start, nil); !reflect.DeepEqual(doc, again) {
		t.Fatal("one run, two documents")
	}
}

// TestForwardOnly holds the table against its own definition: every event
// leaves the status or leads forward, and no decision follows a decision.
func TestForwardOnly(t *testing.T) {
	order := map[run.Status]int{"": 0, run.Requested: 1, run.Pending: 2, run.Approved: 3, run.Denied: 3, run.Expired: 3, run.Canceled: 4, run.Active: 4, run.Ended: 5, run.Revoked: 5, run.Failed: 5}
	events := []run.EventName{run.Request, run.Approve, run.Deny, run.Expire, run.Cancel, run.Escalate, run.Deescalate, run.Revoke, run.Fail, run.Ignore, run.Forward}
	if len(order) != len(run.Statuses)+1 {
		t.Fatal("a status is missing from this test")
	}
	for from := range order {
		for _, e := range events {
			for to := range order {
				if !run.May(from, e, to) {
					continue
				}
				if order[to] < order[from] || (order[to] == order[from] && to != from) {
					t.Errorf("%s leads back, from %q to %q", e, from, to)
				}
				if from == run.Approved && e == run.Cancel {
					continue // until the start that was chosen, a cancel ends what was decided
				}
				if from.Decided() && (e == run.Approve || e == run.Deny || e == run.Expire || e == run.Cancel) {
					t.Errorf("%s follows the decision %q", e, from)
				}
				if from.Final(true) && to != from {
					t.Errorf("%s leads out of the end %q", e, from)
				}
			}
		}
	}
}

func TestTampering(t *testing.T) {
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, none())
	m.act(run.Deny, grace, "no")
	whole := m.run.History
	rapid.Check(t, func(t *rapid.T) {
		h := append([]run.Entry(nil), whole...)
		i := rapid.IntRange(0, len(h)-1).Draw(t, "entry")
		switch rapid.IntRange(0, 5).Draw(t, "edit") {
		case 0:
			h[i].Reason += "!"
		case 1:
			h[i].Actor.ID = "mallory"
		case 2:
			h[i].At = h[i].At.Add(time.Millisecond)
		case 3: // removed, but the last: that is for the stored head to show
			if i == len(h)-1 {
				i--
			}
			h = append(h[:i], h[i+1:]...)
		case 4:
			j := (i + 1) % len(h)
			h[i], h[j] = h[j], h[i]
		case 5:
			h[i].Hash = "0" + h[i].Hash[1:] + "0"
		}
		if run.Verify(h) == nil {
			t.Fatalf("not found: %+v", h)
		}
	})
}
