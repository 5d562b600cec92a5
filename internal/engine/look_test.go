package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

const quarter = 15 * time.Minute

// looked returns a machine whose run has active access of two hours, which is looked at
// every 15 minutes.
func looked(t testing.TB, hooks string) *machine {
	t.Helper()
	return lookedFor(t, hooks, 2*time.Hour, nil)
}

func lookedFor(t testing.TB, hooks string, lasts time.Duration, change func(*run.Flow)) *machine {
	t.Helper()
	f := sampleFlow()
	f.Strategy, f.LookSeconds = []byte(`{"type":"lambda"}`), int(quarter.Seconds())
	if change != nil {
		change(&f)
	}
	m := newMachineFor(t, run.Draft{ID: run.NewID(start), Flow: f, Requester: ada, DurationSeconds: int(lasts.Seconds()), Channel: run.ViaAPI})
	m.today = &run.Today{
		Flows:  map[string]run.TodayFlow{"sample": {Admins: []string{"group:platform"}, Approvers: []string{"group:sre"}, Requesters: []string{"everyone"}}},
		Groups: map[string]run.TodayGroup{},
	}
	m.answer(run.OnRequest, `{"transition":"approve","subscriptions":[`+hooks+`]}`)
	if f.NoHooks {
		m.act(run.Approve, grace, "")
	}
	m.granted()
	m.is(run.Active, run.NextActive)
	return m
}

// look lets the time pass to the next look.
func (m *machine) look() {
	m.t.Helper()
	at, more := m.run.NextLookAt()
	if !more {
		m.t.Fatal("there is no next look")
	}
	m.now = at
	m.step(engine.Step{})
}

func TestActiveAccessIsLookedAt(t *testing.T) {
	m := looked(t, `"while_active"`)
	started := m.run.Access.StartsAt
	if at := engine.WakeAt(m.run); !at.Equal(started.Add(quarter)) {
		t.Errorf("it wakes at %v", at)
	}
	m.pass(quarter - time.Second)
	m.is(run.Active, run.NextActive)
	entries := len(m.run.History)
	for n := 1; n <= 3; n++ {
		m.look()
		m.asks(run.WhileActive)
		doc, err := stepfn.NewDocument(m.run, m.now, nil)
		if err != nil {
			t.Fatal(err)
		}
		if a := doc.Hook.Invocation; a.Hook != run.WhileActive || a.Event.Name != run.Escalate || a.Run.Access == nil || !a.Run.Access.StartsAt.Equal(started) || !a.Run.Access.EndsAt.Equal(started.Add(2*time.Hour)) || doc.Hook.Seconds != 15 {
			t.Errorf("the hook gets %+v within %d s", a, doc.Hook.Seconds)
		}
		m.now = m.now.Add(3 * time.Second)
		m.answer(run.WhileActive, fmt.Sprintf(`{"output":{"look":%d}}`, n))
		m.is(run.Active, run.NextActive)
		v := m.run.View().Access.Looks
		if v.Count != n || v.Failed != 0 || !v.LastAt.Equal(m.now.Add(-3*time.Second)) || !v.NextAt.Equal(v.LastAt.Add(quarter)) {
			t.Errorf("look %d: %+v", n, v)
		}
	}
	if len(m.run.History) != entries {
		t.Errorf("looks that changed nothing left %d entries", len(m.run.History)-entries)
	}
	if string(m.run.Steps["while_active"]) != `{"look":3}` {
		t.Errorf("the hook's output is %s", m.run.Steps["while_active"])
	}
}

func TestWhileActiveRevokes(t *testing.T) {
	m := looked(t, `"while_active","on_revoke","after_revoke"`)
	m.look()
	m.answer(run.WhileActive, `{"transition":"revoke","reason":"the incident is resolved","checks":[{"name":"incident open","passed":false}]}`)
	m.is(run.Active, run.NextTakeBack) // a hook's own event does not pass on_revoke
	m.taken()
	m.asks(run.AfterRevoke)
	m.answer(run.AfterRevoke, `{}`)
	m.is(run.Revoked, run.NextRevoked)
	e := m.run.History[len(m.run.History)-1]
	if e.Event != run.Revoke || e.Actor != run.ByHook(run.WhileActive) || e.Channel != run.ViaHook || e.Reason != "the incident is resolved" || len(e.Checks) != 1 {
		t.Errorf("%+v", e)
	}
}

// Whatever else a hook says, or however it fails, access goes on; the failure is shown.
// The history has the first of several in a row, and no more than a few of all.
func TestALookThatFailsChangesNothing(t *testing.T) {
	for name, fails := range map[string]func(m *machine){
		"deescalate": func(m *machine) { m.answer(run.WhileActive, `{"transition":"deescalate"}`) },
		"approve":    func(m *machine) { m.answer(run.WhileActive, `{"transition":"approve"}`) },
		"nonsense":   func(m *machine) { m.answer(run.WhileActive, `7`) },
		"an error":   func(m *machine) { m.fail(run.WhileActive, "Boom", `{"errorMessage":"boom"}`) },
		"throttled":  func(m *machine) { m.fail(run.WhileActive, "Lambda.TooManyRequestsException", "Rate exceeded") },
		"slow":       func(m *machine) { m.fail(run.WhileActive, "States.Timeout", "") },
		"its own":    func(m *machine) { m.answer(run.WhileActive, `{"errors":[{"hook":"while_active","error":"503"}]}`) },
		"and revoke": func(m *machine) {
			m.answer(run.WhileActive, `{"transition":"revoke","errors":[{"hook":"while_active","error":"503"}]}`)
		},
		"no answer": func(m *machine) { m.step(engine.Step{}) },
	} {
		t.Run(name, func(t *testing.T) {
			m := lookedFor(t, `"while_active"`, 30*24*time.Hour, nil)
			ends, entries := m.run.Access.EndsAt, len(m.run.History)
			m.look()
			first := m.now
			fails(m)
			m.is(run.Active, run.NextActive)
			if e := m.last(); len(m.run.History) != entries+1 || e.Event != run.Ignore || !strings.HasPrefix(e.Error, "while_active ") || e.Actor != run.ByHook(run.WhileActive) {
				t.Errorf("the history has %+v", e)
			}
			for range 11 {
				m.look()
				fails(m)
			}
			v := m.run.View()
			if l := v.Access.Looks; l.Count != 12 || l.Failed != 12 || !l.FirstFailedAt.Equal(first) || !l.LastFailedAt.Equal(m.now) || l.Error == "" {
				t.Errorf("%+v", l)
			}
			if v.LastError == nil || v.LastError.Where != "while_active" || !v.LastError.NextTryAt.Equal(m.now.Add(quarter)) {
				t.Errorf("last_error is %+v", v.LastError)
			}
			if len(m.run.History) != entries+1 || !m.run.Access.EndsAt.Equal(ends) {
				t.Errorf("12 failures left %d entries", len(m.run.History)-entries)
			}
			for range 12 { // now and then
				m.look()
				m.answer(run.WhileActive, `{}`)
				if v := m.run.View(); v.LastError != nil {
					t.Fatalf("after a look that worked, last_error is %+v", v.LastError)
				}
				m.look()
				fails(m)
			}
			if noted := len(m.run.History) - entries; noted != 10 {
				t.Errorf("the history has %d failures", noted)
			}
		})
	}
}

// Without a hook, and just before the end, only who may request is checked.
func TestLooksWithoutAHook(t *testing.T) {
	none := func(f *run.Flow) { f.NoHooks = true }
	for name, m := range map[string]*machine{"not subscribed": looked(t, ""), "no hooks": lookedFor(t, "", 2*time.Hour, none)} {
		m.look()
		m.is(run.Active, run.NextActive)
		if l := m.run.View().Access.Looks; l.Count != 1 || l.Failed != 0 {
			t.Errorf("%s: %+v", name, l)
		}
	}
	m := looked(t, "")
	m.version = "2" // another has been deployed since, which may have the hook
	m.look()
	m.answer(run.WhileActive, `{"subscriptions":["while_active"]}`)
	m.is(run.Active, run.NextActive)
}

func TestWhoLeftLosesAccess(t *testing.T) {
	leaves := func(change func(*run.Today)) func(m *machine) { return func(m *machine) { change(m.today) } }
	requesters := func(who ...string) func(*run.Today) {
		return func(t *run.Today) {
			f := t.Flows["sample"]
			f.Requesters = who
			t.Flows["sample"] = f
		}
	}
	for name, tc := range map[string]struct {
		change func(m *machine)
		revoke string
		fails  string
	}{
		"no longer a requester": {leaves(requesters("bob@example.com")), "ada@example.com may no longer request sample.", ""},
		"still by name":         {leaves(requesters("Ada@Example.com")), "", ""},
		"out of the group": {leaves(func(t *run.Today) {
			requesters("group:dev")(t)
			t.Groups["dev"] = run.TodayGroup{Members: []string{"bob@example.com"}}
		}), "ada@example.com may no longer request sample.", ""},
		"in the group": {leaves(func(t *run.Today) {
			requesters("group:dev")(t)
			t.Groups["dev"] = run.TodayGroup{Members: []string{"ada@example.com"}}
		}), "", ""},
		"it is hidden from them": {leaves(func(t *run.Today) {
			f := t.Flows["sample"]
			f.VisibleTo = []string{"bob@example.com"}
			t.Flows["sample"] = f
		}), "ada@example.com may no longer request sample.", ""},
		"left the directory": {func(m *machine) { m.run.Requester.Mapped = true }, "ada@example.com is no longer in the directory.", ""},
		"in the directory": {func(m *machine) {
			m.run.Requester.Mapped = true
			m.today.People = map[string]string{ada.Email: ada.Email}
		}, "", ""},
		"never in it":           {leaves(func(t *run.Today) {}), "", ""},
		"for somebody":          {func(m *machine) { m.run.For = &run.Person{ID: "bob@example.com", Email: "bob@example.com"} }, "sample can no longer be requested for bob@example.com.", ""},
		"the flow is gone":      {leaves(func(t *run.Today) { delete(t.Flows, "sample") }), "", "no longer in flows.yaml"},
		"it can't be read":      {func(m *machine) { m.today = nil }, "", "flows.yaml could not be read"},
		"a machine, named":      {func(m *machine) { m.run.Requester.Machine = true; requesters("ada@example.com")(m.today) }, "", ""},
		"a machine, by no name": {func(m *machine) { m.run.Requester.Machine = true }, "ada@example.com may no longer request sample.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := looked(t, `"on_revoke"`)
			tc.change(m)
			m.look()
			if tc.revoke == "" {
				m.is(run.Active, run.NextActive)
				if l := m.run.View().Access.Looks; l.Failed > 0 != (tc.fails != "") || !strings.Contains(l.Error, tc.fails) {
					t.Errorf("%+v", l)
				}
				return
			}
			m.is(run.Active, run.NextTakeBack)
			m.taken()
			m.is(run.Revoked, run.NextRevoked)
			if e := m.last(); e.Actor.Type != run.EngineActor || e.Reason != "Access was looked at again: "+tc.revoke {
				t.Errorf("%+v", e)
			}
		})
	}
}

// A look never makes access outlast its end: near it the hook is not called, and while one
// is called access may be removed at its end.
func TestTheEndIsKept(t *testing.T) {
	for _, seconds := range []int{1, 10, 60} {
		most := engine.HookReserve + time.Duration(engine.HookAttempts*(seconds+engine.HookMargin))*time.Second
		for _, left := range []time.Duration{most + 2*time.Second, most, time.Minute, 11 * time.Second} {
			m := lookedFor(t, `"while_active"`, quarter+left+2*time.Second, func(f *run.Flow) { f.HookTimeoutSeconds = seconds })
			m.look()
			if left <= most {
				m.is(run.Active, run.NextActive)
				if at := engine.WakeAt(m.run); !at.Equal(m.run.TakeBackAt()) {
					t.Errorf("after the last look it wakes at %v", at)
				}
				continue
			}
			m.asks(run.WhileActive)
			if m.now = m.run.TakeBackAt(); !m.run.RemovalDue(m.now) || m.run.RemovalDue(m.now.Add(-time.Second)) {
				t.Error("access may not be removed at its end while the hook is called")
			}
			m.answer(run.WhileActive, `{}`)
			m.is(run.Active, run.NextTakeBack)
			m.taken()
			m.is(run.Ended, run.NextEnded)
		}
	}
	m := lookedFor(t, `"while_active"`, quarter+12*time.Second, nil)
	if _, more := m.run.NextLookAt(); more {
		t.Error("it is looked at as it ends")
	}
	if m.now = m.run.TakeBackAt(); !m.run.RemovalDue(m.now) {
		t.Error("it does not end")
	}
}

// A revoke that comes while the hook is called counts when it has responded, whatever it
// said.
func TestALookAgainstARevoke(t *testing.T) {
	for answer, by := range map[string]string{`{}`: grace.ID, `7`: grace.ID, `{"transition":"revoke"}`: "while_active"} {
		m := looked(t, `"while_active"`)
		m.look()
		m.act(run.Revoke, grace, "stop")
		m.asks(run.WhileActive)
		m.answer(run.WhileActive, answer)
		m.taken()
		m.is(run.Revoked, run.NextRevoked)
		if e := m.last(); e.Actor.ID != by {
			t.Errorf("after %s it was revoked by %s", answer, e.Actor.ID)
		}
	}
}

// Access that is looked at as often as can be gets the next execution before the present
// one is full, and its record does not grow. The longest access has 86,399 such looks.
func TestLooksOfLongAccess(t *testing.T) {
	m := lookedFor(t, `"while_active"`, 2*24*time.Hour, func(f *run.Flow) { f.LookSeconds = 300 })
	size, err := m.run.Size()
	if err != nil {
		t.Fatal(err)
	}
	looks := 0
	for {
		if _, more := m.run.NextLookAt(); !more {
			break
		}
		m.now, _ = m.run.NextLookAt()
		m.steps++
		decide := func(s engine.Step) {
			s.ID, s.Execution, s.Turn, s.Today, s.HooksVersion = fmt.Sprint(m.now, m.steps, s.Failure), m.run.Engine.Execution, m.run.Engine.Turn, m.today, "1"
			next, _, err := engine.Decide(m.run, s, m.now)
			if err != nil {
				t.Fatal(err)
			}
			m.run = next
		}
		decide(engine.Step{})
		if m.run.Engine.Next == run.NextHook {
			decide(engine.Step{Failure: hookFailure("Boom", `{"errorMessage":"boom"}`)})
		}
		m.is(run.Active, run.NextActive)
		if looks++; m.run.Outgrown(m.now) {
			if due := m.run.DueAt(); due.After(m.now) {
				t.Fatalf("it has outgrown its execution, and is due at %v", due)
			}
			if m.run, _, err = engine.Recover(m.run, engine.Recovery{Execution: m.run.Engine.Execution, Planned: true}, m.now); err != nil {
				t.Fatal(err)
			}
			m.is(run.Active, run.NextActive)
			if due := m.run.DueAt(); due.After(m.now.Add(10 * time.Minute)) {
				t.Fatalf("its next execution has not begun, and it is due at %v", due)
			}
		}
		if m.run.Engine.Looks.Here > run.MaxLooks {
			t.Fatal("an execution has had more looks than its history holds")
		}
	}
	now, err := m.run.Size()
	if err != nil || now > size+4000 {
		t.Errorf("%d looks made the record %d bytes larger (%v)", looks, now-size, err)
	}
	if looks != 2*24*12-1 || m.run.Engine.Planned != looks/run.MaxLooks || m.run.Engine.Planned != m.run.Engine.Execution {
		t.Errorf("%d looks in %d executions, %d of them planned", looks, m.run.Engine.Execution+1, m.run.Engine.Planned)
	}
	m.now = m.run.Access.EndsAt
	m.steps++
	next, _, err := engine.Decide(m.run, engine.Step{ID: "end", Execution: m.run.Engine.Execution, Turn: m.run.Engine.Turn, Hold: run.Hold{State: run.Dropped, At: m.now}}, m.now)
	if err != nil {
		t.Fatal(err)
	}
	m.run = next
	m.is(run.Ended, run.NextEnded)
}
