package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
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

// before lets the time pass until d before the access ends.
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
