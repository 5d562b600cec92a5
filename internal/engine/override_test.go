package engine_test

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// overrides stores an overriding act, and has the hook respond if it is called.
func (m *machine) overrides(a run.Act, hook run.HookName, answer string) {
	m.t.Helper()
	m.now = m.now.Add(1e9)
	a.ID, a.At, a.Override = run.NewID(m.now), m.now, true
	if a.Channel == "" {
		a.Channel = run.ViaAPI
	}
	m.acts = append(m.acts, a)
	m.step(engine.Step{})
	if m.run.Engine.Next == run.NextHook && m.run.Engine.Hook == hook {
		doc, err := stepfn.NewDocument(m.run, m.now, nil)
		if err != nil {
			m.t.Fatal(err)
		}
		if doc.Hook.Invocation.Run.OverrideOf == nil {
			m.t.Error("the hook does not see that it is overridden")
		}
		m.answer(hook, answer)
	}
}

// An admin's override of on_revoke ends access; nobody else's does.
func TestOverrideOfARevoke(t *testing.T) {
	const ignore = `{"transition":"ignore","message":"not now"}`
	for name, tc := range map[string]struct {
		act  run.Act
		why  string
		back bool
	}{
		"an admin":         {run.Act{Event: run.Revoke, Person: root, Reason: "an incident"}, "", true},
		"an approver":      {run.Act{Event: run.Revoke, Person: grace, Reason: "an incident"}, "Only an admin", false},
		"the requester":    {run.Act{Event: run.Revoke, Person: ada, Reason: "an incident"}, "Only an admin", false},
		"without a reason": {run.Act{Event: run.Revoke, Person: root, Reason: " "}, "needs a reason", false},
		"from Slack":       {run.Act{Event: run.Revoke, Person: root, Reason: "an incident", Channel: run.ViaSlack}, "from Slack", false},
	} {
		t.Run(name, func(t *testing.T) {
			m := revocable(t)
			m.act(run.Revoke, root, "first")
			m.answer(run.OnRevoke, ignore)
			m.is(run.Active, run.NextActive)
			ignored := m.last()
			m.overrides(tc.act, run.OnRevoke, ignore)
			if !tc.back {
				m.is(run.Active, run.NextActive)
				if e := m.last(); e.Event != run.Ignore || !strings.Contains(e.Reason, tc.why) {
					t.Errorf("last is %+v, want it ignored for %q", e, tc.why)
				}
				return
			}
			m.is(run.Active, run.NextTakeBack)
			m.step(engine.Step{Hold: run.Hold{State: run.Dropped, At: m.now}})
			e := m.run.History[len(m.run.History)-1]
			want := run.Override{Hook: string(run.OnRevoke), Of: ignored.Seq, Verdict: "ignore"}
			if m.run.Status != run.Revoked || e.Override == nil || *e.Override != want || e.Reason != "an incident" || e.HookReason != "not now" {
				t.Errorf("the run is %s by %+v (%+v), want %+v", m.run.Status, e, e.Override, want)
			}
		})
	}
}

// An approve is overridden only where the flow says so, and the rest of the
// flow's rule still holds.
func TestOverrideOfAnApprove(t *testing.T) {
	for name, tc := range map[string]struct {
		allowed   bool
		approvals int
		who       run.Person
		answer    string
		verdict   string
		want      run.Status
	}{
		"not allowed":     {false, 1, root, `{"transition":"ignore"}`, "", run.Pending},
		"an ignore":       {true, 1, root, `{"transition":"ignore"}`, "ignore", run.Approved},
		"a deny":          {true, 1, root, `{"transition":"deny","reason":"no"}`, "deny", run.Approved},
		"a failure":       {true, 1, root, `{"errors":[{"hook":"on_approve","error":"down"}]}`, "fail", run.Approved},
		"it let it pass":  {true, 1, root, `{}`, "", run.Approved},
		"the threshold":   {true, 2, root, `{"transition":"ignore"}`, "ignore", run.Pending},
		"one's own":       {true, 1, run.Person{ID: ada.ID, Email: ada.Email, Groups: []string{"platform"}}, `{}`, "", run.Pending},
		"who is no admin": {true, 1, grace, `{"transition":"ignore"}`, "", run.Pending},
	} {
		t.Run(name, func(t *testing.T) {
			f := sampleFlow()
			f.OverrideApprove = tc.allowed
			f.Review.Approvals = []run.Requirement{{Count: tc.approvals}}
			m := newMachine(t, f)
			m.answer(run.OnRequest, none("on_approve"))
			m.overrides(run.Act{Event: run.Approve, Person: tc.who, Reason: "an incident"}, run.OnApprove, tc.answer)
			if m.run.Status != tc.want {
				t.Fatalf("the run is %s, want %s: %+v", m.run.Status, tc.want, m.last())
			}
			if e := m.last(); e.Event == run.Approve && (e.Override == nil || e.Override.Verdict != tc.verdict) {
				t.Errorf("the override is %+v, want the verdict %q", e.Override, tc.verdict)
			}
		})
	}
}

// An override of deny or revoke finds room when everything else is full.
func TestOverrideFindsRoom(t *testing.T) {
	m := revocable(t)
	var acts []run.Act
	for range run.MaxActsOfPerson {
		acts = append(acts, run.Act{ID: run.NewID(start), Event: run.Revoke, Person: root})
	}
	if err := m.run.Room(acts, run.Act{Event: run.Revoke, Person: root}, nil); err == nil {
		t.Error("an admin has more than a share")
	}
	if err := m.run.Room(acts, run.Act{Event: run.Revoke, Person: root, Override: true}, nil); err != nil {
		t.Error(err)
	}
	if err := m.run.Room(acts, run.Act{Event: run.Revoke, Person: ada, Override: true}, nil); err != nil {
		t.Error("another's acts count against the requester")
	}
}
