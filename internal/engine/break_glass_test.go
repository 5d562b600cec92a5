package engine_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// emergency is a run whose glass was broken; with access if the flow has a strategy.
func emergency(t testing.TB, access bool) *machine {
	t.Helper()
	f, seconds := sampleFlow(), 0
	f.NoHooks, f.RetentionSeconds = true, 3600
	if access {
		f.Strategy, seconds = json.RawMessage(`{"type":"lambda"}`), 600
	}
	m := newMachineFor(t, run.Draft{
		ID: run.NewID(start), Flow: f, Requester: ada, Channel: run.ViaAPI, Reason: "prod is down", DurationSeconds: seconds,
		BreakGlass: &run.BreakGlass{ReviewWithinSeconds: 7200, Notify: []string{"#incidents"}},
	})
	return m
}

// glassGranted has the access of an emergency granted.
func (m *machine) glassGranted() {
	m.t.Helper()
	m.step(engine.Step{Failure: hookFailure("States.Timeout", "")}) // it is in nobody's way
	m.is(run.Approved, run.NextGrant)
	m.step(engine.Step{Hold: run.Hold{State: run.Held, At: m.now, How: "read back"}})
	m.is(run.Active, run.NextActive)
}

// glassEnded has the access of an emergency end on time.
func (m *machine) glassEnded() {
	m.t.Helper()
	m.pass(10 * time.Minute)
	m.is(run.Active, run.NextTakeBack)
	m.step(engine.Step{Hold: run.Hold{State: run.Dropped, At: m.now, How: run.ReadBack}})
	m.is(run.Ended, run.NextReview)
}

func (m *machine) review(p run.Person, v api.ReviewVerdict, note string) run.Act {
	m.t.Helper()
	m.now = m.now.Add(time.Second)
	a := run.Act{ID: run.NewID(m.now), Event: run.Reviews, Person: p, Verdict: v, Reason: note, Channel: run.ViaAPI, At: m.now}
	m.acts = append(m.acts, a)
	if m.run.Engine.Next == run.NextReview {
		m.step(engine.Step{})
	}
	return a
}

func TestBreakGlass(t *testing.T) {
	m := emergency(t, true)
	m.glassGranted()
	approve := m.run.History[1]
	if approve.Event != run.Approve || approve.Actor != run.BreakGlassActor || !approve.BreakGlass || !slices.Equal(approve.To, []string{"#incidents"}) {
		t.Errorf("approved by %+v", approve)
	}
	if !m.run.History[0].BreakGlass {
		t.Error("its first entry has no mark")
	}
	if v := m.run.View(); v.BreakGlass == nil || v.BreakGlass.State != api.GlassOpen {
		t.Errorf("shown as %+v", v.BreakGlass)
	}
	m.glassEnded()
	if e := m.last(); e.Event != run.Remind || !slices.Equal(e.To, []string{"#incidents", "group:sre"}) {
		t.Errorf("the entry is %+v", e)
	}
	if v := m.run.View(); v.BreakGlass.State != api.GlassUnreviewed || !v.BreakGlass.ReviewBy.Equal(m.now.Add(2*time.Hour)) {
		t.Errorf("shown as %+v", v.BreakGlass)
	}
	if !m.run.ExpiresAt().IsZero() {
		t.Error("it expires before it is reviewed")
	}
	m.review(grace, api.Justified, "the database was on fire")
	m.is(run.Ended, run.NextEnded)
	v := m.run.View().BreakGlass
	if v.State != api.GlassReviewed || v.Review == nil || v.Review.Verdict != api.Justified || v.Review.Note != "the database was on fire" || v.Review.By.ID != grace.ID {
		t.Errorf("shown as %+v", v)
	}
	if at := m.run.ExpiresAt(); !at.Equal(m.now.Add(time.Hour)) {
		t.Errorf("expires at %s", at)
	}
	if err := m.run.VerifyRecord(m.run.ID, nil); err != nil {
		t.Error(err)
	}
	m.run.BreakGlass.Reviewed = 0
	if m.run.VerifyRecord(m.run.ID, nil) == nil {
		t.Error("a review that was taken away verifies")
	}
}

// However access ends, somebody must review it; where nothing was granted, nobody.
func TestEachEmergencyIsReviewed(t *testing.T) {
	gone := engine.Step{Hold: run.Hold{State: run.Dropped, How: run.ReadBack}}
	for name, tc := range map[string]struct {
		access bool
		play   func(*machine)
		status run.Status
		next   run.Next
	}{
		"ended":          {true, func(m *machine) { m.glassGranted(); m.glassEnded() }, run.Ended, run.NextReview},
		"revoked":        {true, func(m *machine) { m.glassGranted(); m.act(run.Revoke, grace, ""); m.step(gone) }, run.Revoked, run.NextReview},
		"its own revoke": {true, func(m *machine) { m.glassGranted(); m.act(run.Revoke, ada, ""); m.step(gone) }, run.Revoked, run.NextReview},
		"not granted": {true, func(m *machine) {
			m.step(engine.Step{})
			m.step(engine.Step{Failure: &engine.Failure{Text: "no", Final: true}})
			m.step(gone)
		}, run.Failed, run.NextReview},
		"without access": {false, func(m *machine) { m.step(engine.Step{}) }, run.Approved, run.NextReview},
		"canceled first": {true, func(m *machine) { m.act(run.Cancel, ada, ""); m.step(engine.Step{}) }, run.Canceled, run.NextCanceled},
	} {
		t.Run(name, func(t *testing.T) {
			m := emergency(t, tc.access)
			tc.play(m)
			m.is(tc.status, tc.next)
			if err := m.run.VerifyRecord(m.run.ID, nil); err != nil {
				t.Error(err)
			}
			you := m.run.You(grace, nil, m.now).Review
			if you == nil || you.May != (tc.next == run.NextReview) {
				t.Errorf("may review: %+v", you)
			}
			if tc.next == run.NextReview && !engine.WakeAt(m.run).After(m.now) {
				t.Error("it waits for nothing")
			}
		})
	}
}

// Nobody reviews their own emergency, nor what they may not decide, nor twice, nor early.
func TestWhoReviews(t *testing.T) {
	m := emergency(t, true)
	bob := run.Person{ID: "bob@example.com", Email: "bob@example.com", Groups: []string{"sre"}}
	m.run.For = &bob
	m.run.Requester.Groups = []string{"sre", "platform"}
	other := run.Person{ID: "other", Principal: "iss|other", Links: []string{ada.Email}, Groups: []string{"platform"}}
	early := func() {
		t.Helper()
		if late, is := m.run.Check(run.Reviews, grace, nil, m.now).(run.TooLate); !is {
			t.Errorf("early: %v", late)
		}
	}
	early()
	m.step(engine.Step{})
	early()
	m.step(engine.Step{Hold: run.Hold{State: run.Held, At: m.now}})
	early()
	m.glassEnded()
	for name, p := range map[string]run.Person{"the requester": m.run.Requester, "whom it is for": bob, "another login of hers": other, "somebody": eve} {
		before := len(m.run.History)
		if _, is := m.run.Check(run.Reviews, p, nil, m.now).(run.Refusal); !is {
			t.Errorf("%s may review", name)
		}
		m.review(p, api.Justified, "")
		m.is(run.Ended, run.NextReview)
		if e := m.last(); len(m.run.History) != before+1 || e.Event != run.Ignore {
			t.Errorf("%s: %s", name, e.Event)
		}
	}
	first := m.review(linus, api.Unjustified, "a drill")
	m.is(run.Ended, run.NextEnded)
	if late, is := m.run.Check(run.Reviews, grace, nil, m.now).(run.TooLate); !is || late != "This request is reviewed already." {
		t.Errorf("again: %v", late)
	}
	turn := m.run.Engine.Turn
	m.review(grace, api.Justified, "")
	m.step(engine.Step{})
	if m.run.Engine.Turn != turn || m.last().Act != first.ID {
		t.Error("a second review changed the run")
	}
}

// Of two reviews at once, the first counts.
func TestTwoReviewsAtOnce(t *testing.T) {
	m := emergency(t, false)
	m.step(engine.Step{})
	m.acts = []run.Act{
		{ID: "1", Event: run.Reviews, Person: grace, Verdict: api.Unjustified, Reason: "no", At: m.now},
		{ID: "2", Event: run.Reviews, Person: linus, Verdict: api.Justified, At: m.now},
	}
	m.step(engine.Step{})
	m.is(run.Approved, run.NextApproved)
	if v := m.run.View().BreakGlass; v.Review.Verdict != api.Unjustified || m.run.BreakGlass.Reviewed != len(m.run.History) {
		t.Errorf("reviewed as %+v", v.Review)
	}
}

// People are reminded, the admins too once it is overdue, and it goes on waiting for
// years without filling its record.
func TestReminders(t *testing.T) {
	m := emergency(t, false)
	m.step(engine.Step{})
	m.is(run.Approved, run.NextReview)
	begin := m.now
	var at []time.Duration
	for range 200 {
		wake := engine.WakeAt(m.run)
		if !wake.After(m.now) {
			t.Fatalf("due at %s, now is %s", wake, m.now)
		}
		m.now = wake.Add(-time.Second)
		before := len(m.run.History)
		m.step(engine.Step{})
		if len(m.run.History) != before {
			t.Fatal("reminded early")
		}
		m.now = wake
		m.step(engine.Step{})
		at = append(at, wake.Sub(begin))
		e := m.last()
		if overdue := !m.now.Before(m.run.BreakGlass.ReviewBy); e.Event != run.Remind || slices.Contains(e.To, "admins") != overdue {
			t.Fatalf("at %s: %s to %v", wake.Sub(begin), e.Event, e.To)
		}
		m.is(run.Approved, run.NextReview)
	}
	want := []time.Duration{time.Hour, 2 * time.Hour, 26 * time.Hour, 50 * time.Hour}
	if !slices.Equal(at[:4], want) || at[199] < 10*365*24*time.Hour {
		t.Errorf("reminded after %v … %v", at[:4], at[199])
	}
	m.review(root, api.Justified, "")
	m.is(run.Approved, run.NextApproved)
}

// An emergency whose record has no room for a reminder waits on, at rest, and can be
// reviewed.
func TestAFullRecordWaitsForItsReview(t *testing.T) {
	m := emergency(t, false)
	m.step(engine.Step{})
	m.run.Fields = map[string]json.RawMessage{"text": json.RawMessage(`"` + strings.Repeat("x", engine.MaxSize) + `"`)}
	entries := len(m.run.History)
	for range 40 {
		m.now = engine.WakeAt(m.run)
		m.step(engine.Step{})
		m.is(run.Approved, run.NextReview)
		if rest := engine.WakeAt(m.run).Sub(m.now); rest < time.Hour {
			t.Fatalf("it is due again after %v", rest)
		}
		if due := m.run.DueAt(); !due.After(m.now) {
			t.Fatalf("somebody is to look at it at %v, now is %v", due, m.now)
		}
	}
	if len(m.run.History) != entries {
		t.Errorf("%d entries more", len(m.run.History)-entries)
	}
	m.run.Fields = nil // the review has room of its own
	m.review(root, api.Justified, "")
	m.is(run.Approved, run.NextApproved)
}

// An execution that dies while an emergency waits for its review ends nothing; a drain
// does.
func TestRecoverUnreviewed(t *testing.T) {
	m := emergency(t, true)
	m.glassGranted()
	m.glassEnded()
	for _, v := range []engine.Recovery{{}, {Close: true, Cause: "x"}} {
		next, changed, err := engine.Recover(m.run, v, m.now)
		if err != nil || !changed || next.Engine.Next != run.NextReview || !next.AwaitsReview() || next.BreakGlass.Reminded != 1 {
			t.Errorf("%+v: %v, next %s", v, err, next.Engine.Next)
		}
	}
	next, _, err := engine.Recover(m.run, engine.Recovery{Drain: true}, m.now)
	if err != nil || !next.Over() || next.AwaitsReview() || next.View().BreakGlass.State != api.GlassUnreviewed {
		t.Errorf("drained: %v, next %s, %+v", err, next.Engine.Next, next.View().BreakGlass)
	}
}
