package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// access returns a machine whose run requests an hour of access, with hooks.
func access(t *testing.T, hooks string) *machine {
	t.Helper()
	f := sampleFlow()
	f.Strategy = []byte(`{"type":"lambda"}`)
	m := newMachineFor(t, run.Draft{ID: run.NewID(start), Flow: f, Requester: ada, DurationSeconds: 3600, Channel: run.ViaAPI})
	m.answer(run.OnRequest, `{"transition":"approve","reason":"fast","subscriptions":[`+hooks+`]}`)
	return m
}

// granted plays functions/grant, then the wait that records it.
func (m *machine) granted() {
	m.t.Helper()
	m.is(run.Approved, run.NextGrant)
	next, changed, _, err := engine.Park(m.run, engine.Parking{
		Step: "Active", Turn: m.run.Engine.Turn, Token: "token", Order: run.TokenOrder{EnteredAt: m.now}, Acts: m.acts,
		Hold: run.Hold{State: run.Held, At: m.now, How: "read back"},
	}, m.now)
	if err != nil || !changed {
		m.t.Fatal(changed, err)
	}
	again, changed, _, err := engine.Park(next, engine.Parking{
		Step: "Active", Turn: m.run.Engine.Turn, Token: "token", Order: run.TokenOrder{EnteredAt: m.now}, Acts: m.acts,
		Hold: run.Hold{State: run.Held, At: m.now, How: "read back"},
	}, m.now)
	if err != nil || changed || again != next {
		m.t.Fatal("a wait that is parked again changes the run")
	}
	m.run = next
}

// taken plays functions/grant as it removes access.
func (m *machine) taken() {
	m.t.Helper()
	if n := m.run.Engine.Next; n != run.NextTakeBack && n != run.NextPause {
		m.t.Fatalf("next is %s, want TakeBack", n)
	}
	m.step(engine.Step{Hold: run.Hold{State: run.Dropped, At: m.now, How: "read back"}})
}

func TestAccessToItsEnd(t *testing.T) {
	m := access(t, "")
	m.granted()
	m.is(run.Active, run.NextActive)
	if got := m.run.Access.EndsAt.Sub(m.run.Access.StartsAt); got != time.Hour {
		t.Errorf("access lasts %v", got)
	}
	m.pass(time.Minute)
	m.is(run.Active, run.NextActive)
	if m.run.RemovalDue(m.now) {
		t.Error("it is taken back after a minute")
	}
	m.now = m.run.Access.EndsAt.Add(-2 * time.Second)
	if !m.run.RemovalDue(m.now) {
		t.Error("it is not taken back at its end")
	}
	m.step(engine.Step{Hold: run.Hold{State: run.Dropped, At: m.now}})
	m.is(run.Ended, run.NextEnded)
	if e := m.last(); e.Event != run.Deescalate || e.Reason != "The 1h of access are over." {
		t.Errorf("it ends by %s: %s", e.Event, e.Reason)
	}
}

// What each hook about access does, by its row in the table: well, as it may
// answer, and failing in every way.
func TestHooksOfAccess(t *testing.T) {
	const forbidden, nonsense = `{"transition":"approve"}`, `7`
	end := func(m *machine) {
		m.now = m.run.Access.EndsAt
		m.step(engine.Step{})
	}
	for name, tc := range map[string]struct {
		hook    run.HookName
		answer  string // "" for an error of the function
		arrange func(m *machine)
		status  run.Status
		next    run.Next
		reason  string
	}{
		"on_escalate says nothing":       {run.OnEscalate, `{}`, nil, run.Approved, run.NextGrant, ""},
		"on_escalate escalates":          {run.OnEscalate, `{"transition":"escalate"}`, nil, run.Approved, run.NextGrant, ""},
		"on_escalate gives nothing":      {run.OnEscalate, `{"transition":"deescalate","reason":"no need"}`, nil, run.Ended, run.NextEnded, "no need"},
		"on_escalate fails":              {run.OnEscalate, ``, nil, run.Failed, run.NextFailed, "No access was granted: on_escalate failed: boom"},
		"on_escalate may not approve":    {run.OnEscalate, forbidden, nil, run.Failed, run.NextFailed, "not one that on_escalate may return"},
		"on_escalate answers nonsense":   {run.OnEscalate, nonsense, nil, run.Failed, run.NextFailed, "must be a JSON object"},
		"after_escalate says nothing":    {run.AfterEscalate, `{}`, (*machine).granted, run.Active, run.NextActive, ""},
		"after_escalate revokes":         {run.AfterEscalate, `{"transition":"revoke","reason":"wrong"}`, (*machine).granted, run.Revoked, run.NextRevoked, "wrong"},
		"after_escalate ends":            {run.AfterEscalate, `{"transition":"deescalate"}`, (*machine).granted, run.Ended, run.NextEnded, "Ended by after_escalate"},
		"after_escalate fails":           {run.AfterEscalate, ``, (*machine).granted, run.Active, run.NextActive, ""},
		"after_escalate may not approve": {run.AfterEscalate, forbidden, (*machine).granted, run.Active, run.NextActive, ""},
		"on_revoke says nothing":         {run.OnRevoke, `{}`, func(m *machine) { m.granted(); m.act(run.Revoke, grace, "done") }, run.Revoked, run.NextRevoked, "done"},
		"on_revoke gives a reason":       {run.OnRevoke, `{"transition":"revoke","reason":"seen"}`, func(m *machine) { m.granted(); m.act(run.Revoke, ada, "done") }, run.Revoked, run.NextRevoked, "done / on_revoke: seen"},
		"on_revoke ignores":              {run.OnRevoke, `{"transition":"ignore","message":"not yet"}`, func(m *machine) { m.granted(); m.act(run.Revoke, grace, "") }, run.Active, run.NextActive, ""},
		"on_revoke fails":                {run.OnRevoke, ``, func(m *machine) { m.granted(); m.act(run.Revoke, grace, "done") }, run.Revoked, run.NextRevoked, "done"},
		"on_revoke answers nonsense":     {run.OnRevoke, nonsense, func(m *machine) { m.granted(); m.act(run.Revoke, grace, "done") }, run.Revoked, run.NextRevoked, "done"},
		"on_deescalate says nothing":     {run.OnDeescalate, `{}`, func(m *machine) { m.granted(); end(m) }, run.Ended, run.NextEnded, "The 1h"},
		"on_deescalate gives a reason":   {run.OnDeescalate, `{"transition":"deescalate","reason":"bye"}`, func(m *machine) { m.granted(); end(m) }, run.Ended, run.NextEnded, "The 1h of access are over. / on_deescalate: bye"},
		"on_deescalate fails":            {run.OnDeescalate, ``, func(m *machine) { m.granted(); end(m) }, run.Ended, run.NextEnded, "The 1h"},
		"on_deescalate may not approve":  {run.OnDeescalate, forbidden, func(m *machine) { m.granted(); end(m) }, run.Ended, run.NextEnded, "The 1h"},
		"after_deescalate fails":         {run.AfterDeescalate, ``, func(m *machine) { m.granted(); end(m); m.taken() }, run.Ended, run.NextEnded, ""},
		"after_revoke fails":             {run.AfterRevoke, nonsense, func(m *machine) { m.granted(); m.act(run.Revoke, root, ""); m.taken() }, run.Revoked, run.NextRevoked, ""},
		"after_fail fails": {run.AfterFail, ``, func(m *machine) {
			m.step(engine.Step{Failure: grantFailure("Unable", `{"errorMessage":"no such user"}`)})
			m.taken()
		}, run.Failed, run.NextFailed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := access(t, `"`+string(tc.hook)+`"`)
			if tc.arrange != nil {
				tc.arrange(m)
			}
			if tc.answer == "" {
				m.fail(tc.hook, "Boom", `{"errorMessage":"boom"}`)
			} else {
				m.answer(tc.hook, tc.answer)
			}
			if m.run.Engine.Next == run.NextTakeBack {
				m.taken()
			}
			m.is(tc.status, tc.next)
			if said := voices(m.last()); tc.reason != "" && !strings.Contains(said, tc.reason) {
				t.Errorf("the entry says %q, want %q", said, tc.reason)
			}
			failed := tc.answer == "" || tc.answer == forbidden || tc.answer == nonsense
			if said := m.last().Error != ""; said != failed {
				t.Errorf("the last entry is %+v; a failure is on record: %v, want %v", m.last(), said, failed)
			}
		})
	}
}

func TestRevokeBeforeAccessIsThere(t *testing.T) {
	m := access(t, `"on_escalate","on_revoke"`)
	m.acts = append(m.acts, run.Act{ID: run.NewID(m.now), Event: run.Revoke, Person: grace, At: m.now, Channel: run.ViaAPI, Reason: "stop"})
	m.answer(run.OnEscalate, `{}`)
	m.answer(run.OnRevoke, `{"transition":"ignore","message":"no"}`)
	m.is(run.Approved, run.NextGrant) // on_escalate is called once
	m.acts = append(m.acts, run.Act{ID: run.NewID(m.now.Add(time.Second)), Event: run.Revoke, Person: ada, At: m.now, Channel: run.ViaAPI, Reason: "really"})
	m.granted() // the wait finds the act
	m.step(engine.Step{})
	m.answer(run.OnRevoke, `{}`)
	m.taken()
	m.is(run.Revoked, run.NextRevoked)
}

func TestWhoMayRevoke(t *testing.T) {
	m := access(t, "")
	m.granted()
	m.act(run.Revoke, eve, "")
	m.act(run.Approve, grace, "") // too late to approve
	m.is(run.Active, run.NextActive)
	if e := m.last(); e.Event != run.Ignore || !strings.Contains(e.Reason, "may not revoke this access") {
		t.Errorf("eve's revoke: %+v", e)
	}
	m.act(run.Revoke, root, "")
	m.taken()
	m.is(run.Revoked, run.NextRevoked)
}

// Removal is retried for ever, ever less often, and the run is not over
// before.
func TestTakingBackFails(t *testing.T) {
	m := access(t, "")
	m.granted()
	m.act(run.Revoke, ada, "")
	for _, pause := range []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second} {
		m.step(engine.Step{Failure: grantFailure("Unavailable", `{"errorMessage":"AWS is away"}`)})
		m.is(run.Active, run.NextPause)
		if v := m.run.View(); v.Access.DeescalationFailing || v.LastError.Text != "AWS is away" || v.LastError.NextTryAt.Sub(m.now) != pause {
			t.Fatalf("%+v, want again after %v", v.LastError, pause)
		}
		m.now = m.run.Access.RetryAt
	}
	for _, pause := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute, time.Hour, time.Hour} {
		m.step(engine.Step{Failure: grantFailure("Unavailable", `{"errorMessage":"AWS is away"}`)})
		m.is(run.Active, run.NextPause)
		a := m.run.View().Access
		if !a.DeescalationFailing || a.Error != "AWS is away" || m.run.Access.RetryAt.Sub(m.now) != pause {
			t.Fatalf("%+v, want again after %v", a, pause)
		}
		m.now = m.run.Access.RetryAt
	}
	m.taken()
	m.is(run.Revoked, run.NextRevoked)
	if v := m.run.View(); v.Access.DeescalationFailing || v.LastError != nil {
		t.Error("it still fails")
	}
}

func TestRecover(t *testing.T) {
	m := access(t, "")
	m.granted()
	for range 2 { // the second finds that it was done
		next, _, err := engine.Recover(m.run, engine.Recovery{Close: true, Cause: "ABORTED"}, m.now)
		if err != nil {
			t.Fatal(err)
		}
		m.run = next
	}
	if m.run.Engine.Execution != 1 {
		t.Fatalf("execution is %d", m.run.Engine.Execution)
	}
	if _, _, err := engine.Decide(m.run, engine.Step{ID: "late"}, m.now); err == nil {
		t.Error("a step of the execution that died is taken")
	}
	m.steps++
	next, _, err := engine.Decide(m.run, engine.Step{ID: "x", Execution: 1, Turn: m.run.Engine.Turn, Hold: run.Hold{State: run.Dropped, At: m.now},
		// The first state of a recovery asks functions/record, as it must ask.
		Response: &engine.HookResponse{Body: []byte(`{}`), Version: "$LATEST"}}, m.now)
	if err != nil {
		t.Fatal(err)
	}
	m.run = next
	m.is(run.Ended, run.NextEnded)
	if last := m.run.History[len(m.run.History)-1]; last.HooksVersion != "" {
		t.Errorf("it names version %s of a hook function, and no hook led there", last.HooksVersion)
	}
}
