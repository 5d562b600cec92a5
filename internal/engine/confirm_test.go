package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

const (
	day    = 24 * time.Hour
	period = 90 * day
)

// endless returns a machine whose run has active access that lasts until it is revoked.
func endless(t testing.TB, lasts time.Duration, change func(*run.Draft)) *machine {
	t.Helper()
	f := sampleFlow()
	f.Strategy = []byte(`{"type":"lambda"}`)
	draft := run.Draft{ID: run.NewID(start), Flow: f, Requester: ada, DurationSeconds: int(lasts.Seconds()), UntilRevoked: true, Channel: run.ViaAPI}
	if change != nil {
		change(&draft)
	}
	m := newMachineFor(t, draft)
	m.today = &run.Today{
		Flows:  map[string]run.TodayFlow{"sample": {Admins: []string{"group:platform"}, Approvers: []string{"group:sre"}, Requesters: []string{"everyone"}, UntilRevoked: true}},
		Groups: map[string]run.TodayGroup{},
	}
	m.answer(run.OnRequest, `{"transition":"approve","subscriptions":["on_revoke"]}`)
	m.granted()
	m.is(run.Active, run.NextActive)
	return m
}

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

// at lets the time pass until d before the access ends.
func (m *machine) before(d time.Duration) {
	m.t.Helper()
	m.now = m.run.Access.EndsAt.Add(-d)
	m.step(engine.Step{})
}

// verified checks the record.
func (m *machine) verified() {
	m.t.Helper()
	if err := m.run.VerifyRecord(m.run.ID, nil); err != nil {
		m.t.Error(err)
	}
}

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

// What has an end is not confirmed, and what has none is not extended. An approver, or a
// hook, sets an end by any duration, until the approval is withdrawn.
func TestShortenedAccessEnds(t *testing.T) {
	for _, seconds := range []int{3600, int(period.Seconds())} {
		f := sampleFlow()
		f.Strategy = []byte(`{"type":"lambda"}`)
		f.Review.Approvals = []run.Requirement{{Count: 2}}
		m := newMachineFor(t, run.Draft{ID: run.NewID(start), Flow: f, Requester: ada, DurationSeconds: int(period.Seconds()), UntilRevoked: true, Channel: run.ViaAPI})
		m.answer(run.OnRequest, `{"subscriptions":[]}`)
		shortened := func() {
			m.now = m.now.Add(time.Second)
			m.acts = append(m.acts, run.Act{ID: run.NewID(m.now), Event: run.Approve, Person: grace, DurationSeconds: seconds, Channel: run.ViaAPI, At: m.now})
			m.step(engine.Step{})
		}
		shortened()
		if m.run.Endless() || m.run.DurationSeconds != seconds || m.run.View().UntilRevoked {
			t.Errorf("%d s leave %d s, without an end: %v", seconds, m.run.DurationSeconds, m.run.Endless())
		}
		m.act(run.Withdraw, grace, "")
		if !m.run.Endless() || m.run.DurationSeconds != int(period.Seconds()) || !m.run.View().UntilRevoked {
			t.Errorf("withdrawn: %d s, without an end: %v", m.run.DurationSeconds, m.run.Endless())
		}
		m.verified()
		shortened()
		m.act(run.Approve, linus, "")
		m.granted()
		if got := m.run.Access.EndsAt.Sub(m.run.Access.StartsAt); got != time.Duration(seconds)*time.Second {
			t.Errorf("access lasts %v", got)
		}
		if err := m.run.Check(run.Confirm, ada, m.today, m.now); err == nil || !strings.Contains(err.Error(), "This access ends by itself") {
			t.Error(err)
		}
		m.verified()
	}
	m := endless(t, period, nil)
	if err := m.run.MayExtend(ada, &run.ExtendRule{MaxTotalSeconds: 1 << 30, DurationsSeconds: []int{60}}, m.now); err == nil || !strings.Contains(err.Error(), "can't be extended") {
		t.Error(err)
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

// The holder is reminded twice: a week and a day before the end, or once access may be
// confirmed if that is later. After a confirm they are reminded again.
func TestRemindersToConfirm(t *testing.T) {
	for lasts, first := range map[time.Duration]time.Duration{period: 7 * day, 7 * day: 84 * time.Hour} {
		m := endless(t, lasts, nil)
		for range 2 {
			ends := m.run.Access.EndsAt
			for _, left := range []time.Duration{first, day} {
				entries := len(m.run.History)
				if at := engine.WakeAt(m.run); !at.Equal(ends.Add(-left)) || m.run.MovesBy().After(at.Add(5*time.Minute)) {
					t.Fatalf("%v: it wakes at %v, %v before the end", lasts, at, ends.Sub(at))
				}
				m.before(left + time.Second)
				if len(m.run.History) != entries {
					t.Fatalf("%v: reminded %v before the end", lasts, left+time.Second)
				}
				m.before(left)
				e := m.last()
				if len(m.run.History) != entries+1 || e.Event != run.Remind || e.Status != run.Active || !slices.Equal(e.To, []string{ada.ID}) || !e.EndsAt.Equal(ends) {
					t.Fatalf("%v: %v before the end: %+v", lasts, left, e)
				}
				m.is(run.Active, run.NextActive)
			}
			if at := engine.WakeAt(m.run); !at.Equal(m.run.TakeBackAt()) {
				t.Fatalf("%v: after both it wakes at %v", lasts, at)
			}
			m.confirm(ada)
			m.renewed()
			m.verified()
		}
	}
	m := endless(t, period, nil)
	m.before(time.Hour) // nothing moved for weeks
	if n := m.run.Access.Reminded; n != 2 {
		t.Errorf("reminded %d times", n)
	}
}

// Confirms over years take no room from other actions, and no execution is too old.
func TestYearsOfConfirms(t *testing.T) {
	m := endless(t, 180*day, nil)
	confirms := 0
	for until := start.AddDate(3, 0, 0); m.now.Before(until); m.now = m.now.Add(day) {
		m.step(engine.Step{})
		if m.now.After(m.run.ConfirmFrom().Add(day * time.Duration(10*confirms))) {
			m.confirm(ada)
			m.renewed()
			confirms++
		}
		if m.run.Outgrown(m.now) {
			if m.run.DueAt().After(m.now) {
				t.Fatalf("it is due at %v", m.run.DueAt())
			}
			next, changed, err := engine.Recover(m.run, engine.Recovery{Execution: m.run.Engine.Execution, Planned: true, Step: engine.Step{Acts: m.acts, Today: m.today}}, m.now)
			if err != nil || !changed {
				t.Fatal(changed, err)
			}
			m.run = next
			m.is(run.Active, run.NextActive)
			m.verified()
		}
		if began := m.run.Engine.Began; m.now.Sub(began) > 280*day && m.now.Sub(start) > 280*day {
			t.Fatalf("an execution of %v", m.now.Sub(began))
		}
	}
	if e := m.run.Engine; m.run.Status != run.Active || e.Planned != 4 || confirms < 8 {
		t.Fatalf("after three years it is %s, with %d executions and %d confirms", m.run.Status, e.Execution, confirms)
	}
}

// What was not confirmed is limited; what was, is not.
func TestRoomForConfirms(t *testing.T) {
	m := endless(t, 7*day, nil)
	for range 100 {
		m.before(m.run.Access.EndsAt.Sub(m.run.ConfirmFrom()))
		a := run.Act{ID: run.NewID(m.now), Event: run.Confirm, Person: ada}
		if err := m.run.Room(m.acts, a, m.today); err != nil {
			t.Fatal(err)
		}
		m.confirm(ada)
		m.renewed()
	}
	if err := m.run.Room(m.acts, run.Act{Event: run.Revoke, Person: ada}, m.today); err != nil {
		t.Error(err)
	}
	for n := range 31 {
		a := run.Act{ID: run.NewID(m.now.Add(time.Duration(n) * time.Second)), Event: run.Confirm, Person: ada}
		if err := m.run.Room(m.acts, a, m.today); (err == nil) != (n < 30) {
			t.Fatal(n, err)
		}
		m.acts = append(m.acts, a)
	}
	if err := m.run.Room(m.acts, run.Act{Event: run.Revoke, Person: ada}, m.today); err != nil {
		t.Error(err)
	}
}

// Approvers confirm what was requested: until revoked or not is in its digest.
func TestUntilRevokedIsInTheDigest(t *testing.T) {
	m := endless(t, period, nil)
	m.run.UntilRevoked = false
	if err := m.run.VerifyRecord(m.run.ID, nil); err == nil {
		t.Error("access without an end passes for other access")
	}
	digest := func(endless bool) string {
		d, err := run.PayloadDigest(run.Draft{Flow: run.Flow{Name: "sample"}, DurationSeconds: 60, UntilRevoked: endless})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if digest(true) == digest(false) {
		t.Error("the digest doesn't say that access lasts until it is revoked")
	}
}
