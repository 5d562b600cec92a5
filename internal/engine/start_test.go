package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// scheduledFlow is the sample flow with access.
func scheduledFlow() run.Flow {
	f := sampleFlow()
	f.Strategy = []byte(`{"type":"lambda"}`)
	return f
}

// todayOf is a file of today whose sample flow these may request.
func todayOf(requesters ...string) *run.Today {
	t := today()
	f := t.Flows["sample"]
	f.Requesters = requesters
	t.Flows["sample"] = f
	return t
}

// scheduled returns a machine whose run starts its hour of access a day later. Its
// on_request has responded.
func scheduled(t *testing.T, answer string) *machine {
	t.Helper()
	m := newMachineFor(t, run.Draft{ID: run.NewID(start), Flow: scheduledFlow(), Requester: ada, DurationSeconds: 3600, StartsAt: start.Add(24 * time.Hour), Channel: run.ViaAPI})
	m.today = todayOf("everyone")
	m.answer(run.OnRequest, answer)
	return m
}

const fast = `{"transition":"approve","subscriptions":[]}`

func (m *machine) atStart() { m.now = m.run.StartsAt; m.step(engine.Step{}) }

// TestScheduledStart decides at once and grants then: the duration counts from the start.
func TestScheduledStart(t *testing.T) {
	m := scheduled(t, fast)
	m.is(run.Approved, run.NextReview)
	if m.run.Decision == nil || m.run.Access != nil {
		t.Errorf("decision %v, access %v", m.run.Decision, m.run.Access)
	}
	doc, err := stepfn.NewDocument(m.run, m.now, nil)
	if err != nil || doc.Next != run.NextReview || doc.Seconds != 24*3600 {
		t.Errorf("the document waits at %s for %d s: %v", doc.Next, doc.Seconds, err)
	}
	parking := engine.Parking{Step: "Review", Turn: m.run.Engine.Turn, Token: "token", Order: run.TokenOrder{EnteredAt: m.now}}
	parked, changed, wake, err := engine.Park(m.run, parking, m.now)
	if err != nil || !changed || wake {
		t.Fatal("it does not park:", changed, wake, err)
	}
	if at := parked.DueAt(); !at.Equal(parked.StartsAt.Add(5 * time.Minute)) {
		t.Errorf("it is due at %v", at)
	}
	if _, _, wake, _ := engine.Park(m.run, parking, m.run.StartsAt); !wake {
		t.Error("parked at the start, it is not woken")
	}
	m.run = parked
	m.now = m.run.StartsAt.Add(-time.Second)
	m.step(engine.Step{}) // somebody woke it
	m.is(run.Approved, run.NextReview)
	m.atStart()
	m.now = m.now.Add(3 * time.Second)
	m.granted()
	m.is(run.Active, run.NextActive)
	if a := m.run.Access; !a.EndsAt.Equal(m.run.StartsAt.Add(time.Hour + 3*time.Second)) {
		t.Errorf("access that was granted 3 s after %v ends at %v", m.run.StartsAt, a.EndsAt)
	}
	m.now = m.run.Access.EndsAt
	m.step(engine.Step{})
	m.taken()
	m.is(run.Ended, run.NextEnded)
	if err := m.run.VerifyRecord(m.run.ID, nil); err != nil {
		t.Error(err)
	}
}

// TestStartThatHasPassed grants at once what people decided after the start.
func TestStartThatHasPassed(t *testing.T) {
	m := scheduled(t, none())
	m.run.Review.ExpiresAt = m.run.StartsAt.Add(time.Hour)
	m.now = m.run.StartsAt.Add(time.Minute)
	m.act(run.Approve, grace, "late")
	m.is(run.Approved, run.NextGrant)
}

// TestHooksAtTheStart calls after_approve with the approval and on_escalate with the
// start, which both see.
func TestHooksAtTheStart(t *testing.T) {
	for name, tc := range map[string]struct {
		answer string
		status run.Status
		next   run.Next
	}{
		"grant":         {`{}`, run.Approved, run.NextGrant},
		"grant nothing": {`{"transition":"deescalate","reason":"freeze"}`, run.Ended, run.NextEnded},
		"fail":          {`7`, run.Failed, run.NextFailed},
	} {
		t.Run(name, func(t *testing.T) {
			m := scheduled(t, `{"transition":"approve","subscriptions":["on_escalate","after_approve"]}`)
			m.answer(run.AfterApprove, `{}`)
			m.is(run.Approved, run.NextReview)
			m.atStart()
			doc, err := stepfn.NewDocument(m.run, m.now, nil)
			if err != nil {
				t.Fatal(err)
			}
			if at := doc.Hook.Invocation.Run.StartsAt; !at.Equal(m.run.StartsAt) {
				t.Errorf("on_escalate sees starts_at %v", at)
			}
			m.answer(run.OnEscalate, tc.answer)
			m.is(tc.status, tc.next)
		})
	}
}

// TestRequestersAtTheStart grants nothing to whom today's flow no longer lets request.
func TestRequestersAtTheStart(t *testing.T) {
	bob := &run.Person{ID: "bob@example.com", Email: "bob@example.com"}
	ci := run.Person{ID: "arn:aws:iam::123456789012:role/ci", Machine: true}
	flow := func(f run.TodayFlow) *run.Today {
		t := todayOf()
		t.Flows["sample"] = f
		return t
	}
	for name, tc := range map[string]struct {
		requester run.Person
		whom      *run.Person
		today     *run.Today
		why       string
	}{
		"everyone":                  {ada, nil, todayOf("everyone"), ""},
		"named":                     {ada, nil, todayOf("ada@example.com"), ""},
		"named no more":             {ada, nil, todayOf("grace@example.com"), "ada@example.com may no longer request sample."},
		"in a group":                {listed("ada", "sre"), nil, todayOf("group:sre"), "ada@example.com may no longer"}, // today's file says who is
		"in a group still":          {listed("grace", "sre"), nil, todayOf("group:sre"), ""},
		"in a group of the token":   {someone("ada", "dev"), nil, todayOf("group:dev"), ""},
		"a machine":                 {ci, nil, todayOf("everyone"), "may no longer"},
		"a machine that is named":   {ci, nil, todayOf(ci.ID), ""},
		"sees it no more":           {ada, nil, flow(run.TodayFlow{Requesters: []string{"everyone"}, VisibleTo: []string{"group:sre"}}), "may no longer"},
		"sees it":                   {ada, nil, flow(run.TodayFlow{Requesters: []string{"everyone"}, VisibleTo: []string{"ada@example.com"}}), ""},
		"no such flow":              {ada, nil, &run.Today{}, "The flow sample no longer exists."},
		"a file that can't be read": {ada, nil, nil, "flows.yaml could not be read"},
		"for another":               {ada, bob, flow(run.TodayFlow{OnBehalf: []string{"ada@example.com"}, Beneficiaries: []string{"everyone"}}), ""},
		"for others no more":        {ada, bob, todayOf("everyone"), "ada@example.com may no longer request sample for other people."},
		"not for this person":       {ada, bob, flow(run.TodayFlow{OnBehalf: []string{"everyone"}, Beneficiaries: []string{"group:sre"}}), "sample can no longer be requested for bob@example.com."},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachineFor(t, run.Draft{ID: run.NewID(start), Flow: scheduledFlow(), Requester: tc.requester, For: tc.whom, DurationSeconds: 60, StartsAt: start.Add(time.Hour), Channel: run.ViaAPI})
			m.answer(run.OnRequest, fast)
			m.today = tc.today
			m.atStart()
			if tc.why == "" {
				m.is(run.Approved, run.NextGrant)
				return
			}
			m.is(run.Failed, run.NextFailed)
			if e := m.last(); e.Event != run.Fail || !strings.Contains(e.Reason, tc.why) {
				t.Errorf("it fails with %q, want %q", e.Reason, tc.why)
			}
		})
	}
}

// TestEndBeforeTheStart lets the requester cancel until the start, and those who may
// deny revoke.
func TestEndBeforeTheStart(t *testing.T) {
	m := scheduled(t, fast)
	m.act(run.Cancel, eve, "")
	m.is(run.Approved, run.NextReview)
	if you := m.run.You(ada, m.today, m.now); !you.Cancel.May || !you.Revoke.May || you.Approve.May {
		t.Errorf("ada may %+v", you)
	}
	if you := m.run.You(ada, m.today, m.run.StartsAt); you.Cancel.May {
		t.Error("ada may cancel at the start")
	}
	m.act(run.Cancel, ada, "changed my mind")
	m.is(run.Canceled, run.NextCanceled)
	if m.run.Decision.Event != run.Approve || m.last().Reason != "changed my mind" {
		t.Errorf("decision %+v, last entry %+v", m.run.Decision, m.last())
	}

	m = scheduled(t, `{"transition":"approve","subscriptions":["after_cancel"]}`)
	m.act(run.Cancel, ada, "")
	m.answer(run.AfterCancel, `{}`)
	m.is(run.Canceled, run.NextCanceled)

	m = scheduled(t, fast)
	m.act(run.Revoke, listed("grace", "sre"), "not then")
	m.taken()
	m.is(run.Revoked, run.NextRevoked)
}

// TestCancelAgainstStart has a cancel come before the start and be found after it: while
// on_escalate is called, while access is granted, and once it is.
func TestCancelAgainstStart(t *testing.T) {
	early := func(m *machine) {
		at := m.run.StartsAt.Add(-time.Millisecond)
		m.acts = append(m.acts, run.Act{ID: run.NewID(at), Event: run.Cancel, Person: ada, Channel: run.ViaAPI, At: at})
	}
	m := scheduled(t, `{"transition":"approve","subscriptions":["on_escalate"]}`)
	m.atStart()
	early(m)
	m.answer(run.OnEscalate, `{}`)
	m.is(run.Canceled, run.NextCanceled)

	m = scheduled(t, fast)
	m.atStart()
	early(m)
	m.step(engine.Step{Failure: grantFailure("Throttled", ""), Hold: run.Hold{State: run.Giving}})
	m.taken()
	m.is(run.Canceled, run.NextCanceled)

	m = scheduled(t, `{"transition":"approve","subscriptions":["on_revoke"]}`)
	m.atStart()
	early(m)
	m.granted()
	m.step(engine.Step{})
	m.taken() // without asking on_revoke, which no cancel asks
	m.is(run.Revoked, run.NextRevoked)

	m = scheduled(t, fast)
	m.atStart()
	m.granted()
	m.act(run.Cancel, ada, "") // after the start
	m.is(run.Active, run.NextActive)
	if slices.ContainsFunc(m.run.History, func(e run.Entry) bool { return e.Event == run.Cancel || e.Event == run.Revoke }) {
		t.Error("a cancel after the start takes effect")
	}
}

// TestRecoverBeforeStart goes on waiting in the next execution, and closes what was
// aborted.
func TestRecoverBeforeStart(t *testing.T) {
	m := scheduled(t, fast)
	next, changed, err := engine.Recover(m.run, engine.Recovery{}, m.now)
	if err != nil || !changed || next.Status != run.Approved || next.Engine.Next != run.NextReview || next.Engine.Execution != 1 {
		t.Errorf("recovered: %s, %s, %v", next.Status, next.Engine.Next, err)
	}
	doc, err := stepfn.NewRecoveryDocument(next, m.now.Add(time.Hour), nil)
	if err != nil || doc.Seconds != 23*3600 {
		t.Errorf("an hour later it waits for %d s: %v", doc.Seconds, err)
	}
	if next, _, err = engine.Recover(m.run, engine.Recovery{Close: true, Cause: "ABORTED"}, m.now); err != nil || next.Engine.Next != run.NextTakeBack {
		t.Errorf("closed: %s, %v", next.Engine.Next, err)
	}
	if next, _, err = engine.Recover(m.run, engine.Recovery{Drain: true}, m.now); err != nil || next.Engine.Next != run.NextTakeBack {
		t.Errorf("drained: %s, %v", next.Engine.Next, err)
	}
}

// TestAnyScheduledLife plays any acts, wakes and outcomes around the start: nothing is
// granted before it, and after a cancel from before it no access stays.
func TestAnyScheduledLife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		startsAt := start.Add(time.Duration(rapid.IntRange(1, 3600).Draw(t, "starts")) * time.Second)
		r, err := run.New(run.Draft{ID: run.NewID(start), Flow: scheduledFlow(), Requester: ada, DurationSeconds: 60, StartsAt: startsAt, Channel: run.ViaAPI}, start)
		if err != nil {
			t.Fatal(err)
		}
		now, hold := start, run.Hold{}
		var acts []run.Act
		canceled := false
		for i := 0; !r.Over(); i++ {
			if i > 400 {
				t.Fatalf("the run does not end: %s, %s", r.Status, r.Engine.Next)
			}
			now = now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "pass")) * time.Second)
			if len(acts) < 10 && rapid.IntRange(0, 3).Draw(t, "act") == 0 {
				a := run.Act{
					ID: fmt.Sprintf("%026d", len(acts)), At: now, Channel: run.ViaAPI, Reason: "x",
					Event:  rapid.SampledFrom([]run.EventName{run.Approve, run.Cancel, run.Cancel, run.Revoke}).Draw(t, "event"),
					Person: rapid.SampledFrom([]run.Person{ada, listed("grace", "sre"), eve}).Draw(t, "person"),
				}
				acts = append(acts, a)
				canceled = canceled || a.Event == run.Cancel && a.Person.ID == ada.ID && a.At.Before(startsAt) && r.Status == run.Approved && !r.TakingBack()
			}
			s := engine.Step{ID: fmt.Sprint("step", i), Turn: r.Engine.Turn, Acts: acts, HooksVersion: "1", Today: todayOf("everyone"), Hold: hold}
			switch r.Engine.Next {
			case run.NextHook:
				s.Response = &engine.HookResponse{Body: json.RawMessage(rapid.SampledFrom([]string{fast, none(), none("on_escalate", "on_revoke"), `{}`}).Draw(t, "answer")), Version: "1"}
			case run.NextGrant:
				if now.Before(startsAt) {
					t.Fatal("access is granted before its start")
				}
				hold = run.Hold{State: run.Held, At: now}
				if rapid.IntRange(0, 3).Draw(t, "fails") == 0 {
					hold, s.Failure = run.Hold{State: run.Giving, At: now}, grantFailure("Throttled", "")
				}
				s.Hold = hold
			case run.NextTakeBack, run.NextPause:
				hold = run.Hold{State: run.Dropped, At: now}
				s.Hold = hold
			}
			next := decide(t, r, s, now)
			if err := next.VerifyRecord(next.ID, nil); err != nil {
				t.Fatal(err)
			}
			if at := next.DueAt(); !next.Over() && at.IsZero() {
				t.Fatal("nothing watches it")
			}
			r = next
		}
		if canceled && r.Status == run.Ended {
			t.Fatal("access went on to its end after a cancel from before the start")
		}
		if hold.State == run.Held {
			t.Fatal("it is over and access is held")
		}
	})
}
