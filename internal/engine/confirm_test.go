package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// renewed plays functions/grant as it grants access anew, and the wait after it.
func (m *machine) renewed() {
	m.t.Helper()
	if !m.run.Confirming() {
		m.t.Fatalf("next is %s, want Grant for a confirm", m.run.Engine.Next)
	}
	hold := run.Hold{State: run.Held, At: m.now, How: "read back", ConfirmedBy: m.run.Engine.Case.Act}
	next, changed, _, err := engine.Park(m.run, engine.Parking{
		Step: fmt.Sprintf("Active/%d", m.run.Engine.Turn), Execution: m.run.Engine.Execution, Turn: m.run.Engine.Turn, Token: "token", Order: run.TokenOrder{EnteredAt: m.now}, Acts: m.acts, Hold: hold,
	}, m.now)
	if err != nil || !changed {
		m.t.Fatal(changed, err)
	}
	m.run = next
}

func (m *machine) confirm(p run.Person) { m.t.Helper(); m.act(run.Confirm, p, "still on call") }

// The end of access moves once it was granted anew, and by the time of the confirm.
func TestAConfirmMovesTheEnd(t *testing.T) {
	m := endless(t, period, nil)
	if e := m.last(); e.Reason != "Access granted until it is revoked. It ends at "+start.Add(period).Format(time.RFC3339)+" unless its holder confirms it." {
		t.Errorf("its history says %q", e.Reason)
	}
	m.before(30 * day)
	ends, entries := m.run.Access.EndsAt, len(m.run.History)
	m.confirm(ada)
	m.is(run.Active, run.NextGrant)
	if !m.run.Access.EndsAt.Equal(ends) || len(m.run.History) != entries {
		t.Fatal("the end moved before access was granted anew")
	}
	doc, err := stepfn.NewDocument(m.run, m.now, nil)
	if err != nil || doc.Next != run.NextGrant {
		t.Fatal(doc.Next, err)
	}
	confirmed := m.now
	m.now = m.now.Add(20 * time.Second)
	if wait := stepfn.ActiveSeconds(m.run, m.now, m.now); time.Duration(wait)*time.Second < 80*day {
		t.Errorf("it waits %d s while access is active", wait)
	}
	m.renewed()
	m.is(run.Active, run.NextActive)
	if a := m.run.Access; !a.EndsAt.Equal(confirmed.Add(period)) || !a.ConfirmedAt.Equal(confirmed) || !a.StartsAt.Equal(start) {
		t.Errorf("it lasts from %v to %v, confirmed at %v", a.StartsAt, a.EndsAt, a.ConfirmedAt)
	}
	if e := m.last(); len(m.run.History) != entries+1 || e.Event != run.Confirm || e.Actor.ID != ada.ID || e.Reason != "still on call" || !e.EndsAt.Equal(m.run.Access.EndsAt) {
		t.Errorf("%+v", e)
	}
	m.verified()
	m.confirm(ada) // once more, at once
	m.is(run.Active, run.NextActive)
	if e := m.last(); e.Event != run.Ignore || !strings.HasPrefix(e.Reason, run.ErrConfirmed.Error()) {
		t.Errorf("%+v", e)
	}
	if err := m.run.Check(run.Confirm, ada, m.today, m.now); !errors.Is(err, run.ErrConfirmed) {
		t.Error(err)
	}
	m.before(time.Second)
	m.is(run.Active, run.NextTakeBack)
	m.taken()
	m.is(run.Ended, run.NextEnded)
	if e := m.last(); !strings.HasPrefix(e.Reason, "Not confirmed: ") {
		t.Errorf("it ended: %s", e.Reason)
	}
	m.verified()
}

// Who may confirm, and when.
func TestWhoConfirms(t *testing.T) {
	bo := run.Person{ID: "bo@example.com", Email: "bo@example.com"}
	forBo := func(d *run.Draft) { d.For = &bo }
	today := func(change func(*run.TodayFlow)) func(*machine) {
		return func(m *machine) {
			f := m.today.Flows["sample"]
			change(&f)
			m.today = &run.Today{Flows: map[string]run.TodayFlow{"sample": f}, Groups: map[string]run.TodayGroup{}}
		}
	}
	for name, tc := range map[string]struct {
		who    run.Person
		left   time.Duration
		draft  func(*run.Draft)
		change func(*machine)
		wrong  string
	}{
		"at half of the time":        {ada, 45 * day, nil, nil, ""},
		"a moment before that":       {ada, 45*day + 2*time.Second, nil, nil, "It is too early to confirm this access: it may be confirmed from "},
		"15 minutes before the end":  {ada, 15*time.Minute + 2*time.Second, nil, nil, ""},
		"later":                      {ada, 15*time.Minute + time.Second, nil, nil, "It is too late to confirm this access: it ends at "},
		"an approver":                {grace, 30 * day, nil, nil, "Only whose access it is can confirm it."},
		"an admin":                   {root, 30 * day, nil, nil, "Only whose access it is can confirm it."},
		"anybody":                    {eve, 30 * day, nil, nil, "Only whose access it is can confirm it."},
		"whom it is for":             {bo, 30 * day, forBo, today(func(f *run.TodayFlow) { f.Beneficiaries = []string{"everyone"} }), ""},
		"who requested it for them":  {ada, 30 * day, forBo, today(func(f *run.TodayFlow) { f.Beneficiaries = []string{"everyone"} }), "Only whose access it is can confirm it."},
		"no requester any more":      {ada, 30 * day, nil, today(func(f *run.TodayFlow) { f.Requesters = []string{"bo@example.com"} }), "This access can't be confirmed: ada@example.com may no longer request sample."},
		"no such durations any more": {ada, 30 * day, nil, today(func(f *run.TodayFlow) { f.UntilRevoked = false }), "This access can't be confirmed: sample no longer grants access until it is revoked."},
		"the flow is gone": {ada, 30 * day, nil, func(m *machine) {
			m.today = &run.Today{Flows: map[string]run.TodayFlow{}}
		}, "This access can't be confirmed: the flow sample is no longer in flows.yaml."},
		"no flows.yaml": {ada, 30 * day, nil, func(m *machine) { m.today = nil }, "This access can't be confirmed: flows.yaml could not be read."},
	} {
		t.Run(name, func(t *testing.T) {
			m := endless(t, period, tc.draft)
			m.before(tc.left)
			ends := m.run.Access.EndsAt
			if tc.change != nil {
				tc.change(m)
			}
			you := m.run.You(tc.who, m.today, m.now.Add(time.Second)).Confirm
			m.confirm(tc.who)
			if tc.wrong == "" {
				m.renewed()
				if !m.run.Access.EndsAt.Equal(m.now.Add(period)) {
					t.Errorf("it ends at %v", m.run.Access.EndsAt)
				}
				if you == nil || !you.May || !you.From.Equal(ends.Add(-45*day)) || !you.Until.Equal(ends.Add(-15*time.Minute)) {
					t.Errorf("they may: %+v", you)
				}
				return
			}
			m.is(run.Active, run.NextActive)
			if e := m.last(); e.Event != run.Ignore || !strings.HasPrefix(e.Reason, tc.wrong) || !m.run.Access.EndsAt.Equal(ends) {
				t.Errorf("it ends at %v: %+v", m.run.Access.EndsAt, e)
			}
			if you != nil && (you.May || !strings.HasPrefix(you.Why, tc.wrong)) {
				t.Errorf("they may: %+v", you)
			}
		})
	}
}

// A grant that fails changes nothing, and is shown: the end stays, and people may confirm
// again.
func TestAConfirmThatFails(t *testing.T) {
	for name, tc := range map[string]struct {
		failure *engine.Failure
		tries   int
	}{
		"refused":     {grantFailure("Unable", `{"errorMessage":"no such user"}`), 1},
		"unavailable": {grantFailure("Unavailable", `{"errorMessage":"503"}`), 7},
		"unknown":     {nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			m := endless(t, period, nil)
			m.before(30 * day)
			ends := m.run.Access.EndsAt
			m.confirm(ada)
			act := m.acts[len(m.acts)-1].ID
			// The lease says that the access is held, as before.
			held := run.Hold{State: run.Held, At: start, How: "read back"}
			for try := 1; try <= tc.tries; try++ {
				if !m.run.Confirming() {
					t.Fatalf("try %d: next is %s", try, m.run.Engine.Next)
				}
				m.step(engine.Step{Hold: held, Failure: tc.failure})
				m.now = m.now.Add(time.Minute)
				if !m.run.Access.EndsAt.Equal(ends) {
					t.Fatalf("try %d: the end moved", try)
				}
			}
			m.is(run.Active, run.NextActive)
			e := m.last()
			if e.Event != run.Ignore || e.Act != act || !strings.HasPrefix(e.Reason, "The access could not be granted anew, so nothing has changed") || e.Error == "" || m.run.RemovalDue(m.now) {
				t.Errorf("%+v", e)
			}
			if !m.run.Warning() {
				t.Error("nobody is notified")
			}
			if last := m.run.LastError(); last == nil || last.Where != "confirm" || !last.NextTryAt.IsZero() {
				t.Errorf("last_error is %+v", last)
			}
			m.verified()
			m.confirm(ada)
			m.renewed()
			if m.run.LastError() != nil || !m.run.Access.EndsAt.Equal(m.now.Add(period)) {
				t.Errorf("confirmed again: %+v", m.run.Access)
			}
			m.verified()
		})
	}
}

// A grant is retried only as long as it is over before the end.
func TestAConfirmIsOverBeforeTheEnd(t *testing.T) {
	m := endless(t, period, nil)
	m.before(16 * time.Minute)
	m.confirm(ada)
	m.now = m.now.Add(4 * time.Minute)
	m.step(engine.Step{Hold: run.Hold{State: run.Held}, Failure: grantFailure("Unavailable", "")})
	m.is(run.Active, run.NextActive)
	// One that nobody applied in time does nothing: the end is the end.
	m = endless(t, period, nil)
	m.before(20 * time.Minute)
	m.acts = append(m.acts, run.Act{ID: run.NewID(m.now), Event: run.Confirm, Person: ada, Channel: run.ViaAPI, At: m.now})
	m.before(5 * time.Minute)
	m.is(run.Active, run.NextActive)
	if e := m.last(); e.Event != run.Ignore || !strings.HasPrefix(e.Reason, "Too little time was left") {
		t.Errorf("%+v", e)
	}
	// Nor does one that is found once the access has ended, whatever the lease says.
	m = endless(t, period, nil)
	m.before(20 * time.Minute)
	m.confirm(ada)
	m.now = m.run.Access.EndsAt.Add(time.Minute)
	if !m.run.RemovalDue(m.now) {
		t.Error("access outlasts its end while it is granted anew")
	}
	m.step(engine.Step{Hold: run.Hold{State: run.Dropped, At: m.now, How: "read back"}})
	m.is(run.Ended, run.NextEnded)
	m.verified()
}

// A revoke comes first, also one that comes while the access is granted anew.
func TestARevokeBeatsAConfirm(t *testing.T) {
	for name, failure := range map[string]*engine.Failure{"granted": nil, "failed": grantFailure("Unavailable", "")} {
		t.Run(name, func(t *testing.T) {
			m := endless(t, period, nil)
			m.before(30 * day)
			m.confirm(ada)
			hold := run.Hold{State: run.Held, At: m.now}
			if failure == nil {
				hold.ConfirmedBy = m.run.Engine.Case.Act
			}
			m.act(run.Revoke, grace, "moved")
			m.step(engine.Step{Hold: hold, Failure: failure})
			m.asks(run.OnRevoke)
			m.answer(run.OnRevoke, `{}`)
			m.taken()
			m.is(run.Revoked, run.NextRevoked)
			m.verified()
		})
	}
}
