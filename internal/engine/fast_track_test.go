package engine_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func limitedFlow(limits run.FastTrack) run.Flow {
	f := sampleFlow()
	f.FastTrack = &limits
	return f
}

func before(ago ...time.Duration) (times []int64) {
	for _, a := range ago {
		times = append(times, start.Add(-a).UnixMilli())
	}
	return times
}

const toPeople = `{"subscriptions":["on_request"]}`

const fastTracked = `{"transition":"approve","reason":"low risk","checks":[{"name":"low risk","passed":true}],"subscriptions":["on_request"]}`

// Above a limit on_request's approve goes to people, who read which limit it was
// and what the hook had found out; below it, it counts.
func TestFastTrackLimits(t *testing.T) {
	for name, tc := range map[string]struct {
		limits run.FastTrack
		is     run.Tallies
		held   string // part of the reason, "" for approved
	}{
		"nothing yet":               {run.FastTrack{MaxPerPersonPerDay: 1, MaxPerHour: 1, QuietAfterDenialSeconds: 60}, run.Tallies{}, ""},
		"the person's day":          {run.FastTrack{MaxPerPersonPerDay: 2}, run.Tallies{Person: run.Tally{Approved: before(23*time.Hour, time.Minute)}}, "ada@example.com: 2 approved by on_request within 24 hours; sample allows 2, so people decide."},
		"the person's day has room": {run.FastTrack{MaxPerPersonPerDay: 2}, run.Tallies{Person: run.Tally{Approved: before(24*time.Hour, time.Minute)}}, ""},
		"the flow's hour":           {run.FastTrack{MaxPerHour: 1}, run.Tallies{Flow: run.Tally{Approved: before(59 * time.Minute)}}, "sample: 1 approved by on_request within an hour; it allows 1, so people decide."},
		"the flow's hour has room":  {run.FastTrack{MaxPerHour: 1}, run.Tallies{Flow: run.Tally{Approved: before(time.Hour)}}, ""},
		"denied of late":            {run.FastTrack{QuietAfterDenialSeconds: 3600}, run.Tallies{Person: run.Tally{Denied: "01J", DeniedAt: start.Add(-59 * time.Minute)}}, "ada@example.com was denied 01J at 2026-11-23T09:01:00Z; for 1h0m0s after a denial people decide"},
		"denied long ago":           {run.FastTrack{QuietAfterDenialSeconds: 3600}, run.Tallies{Person: run.Tally{Denied: "01J", DeniedAt: start.Add(-time.Hour)}}, ""},
		"no limit of that kind":     {run.FastTrack{MaxPerHour: 9}, run.Tallies{Person: run.Tally{Approved: before(1, 2, 3), Denied: "01J", DeniedAt: start}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, limitedFlow(tc.limits))
			m.tallies = tc.is
			m.answer(run.OnRequest, fastTracked)
			if tc.held == "" {
				m.is(run.Approved, run.NextApproved)
				return
			}
			m.is(run.Pending, run.NextReview)
			ignored := m.run.History[1]
			if ignored.Event != run.Ignore || !strings.Contains(ignored.Reason, tc.held) || len(ignored.Checks) != 1 {
				t.Errorf("the history says %+v, want %q and what the hook found out", ignored, tc.held)
			}
			if checks := m.run.Review.Checks; len(checks) != 2 || !checks[0].Passed || checks[1].Passed || !strings.Contains(checks[1].Detail, tc.held) {
				t.Errorf("reviewers see %+v", checks)
			}
			// People are not limited.
			m.act(run.Approve, grace, "")
			m.is(run.Approved, run.NextApproved)
		})
	}
}

// The reducers, which a deciding response doesn't bring, are called then; and
// on_request's deny is not limited.
func TestFastTrackLimitsOnlyApprovals(t *testing.T) {
	m := newMachine(t, limitedFlow(run.FastTrack{MaxPerHour: 1}))
	m.tallies.Flow.Approved = before(time.Minute)
	m.answer(run.OnRequest, `{"transition":"approve","subscriptions":["on_request","get_permissions","on_approve"]}`)
	m.answer(run.GetPermissions, `{"permissions":{"approvals":2}}`)
	m.is(run.Pending, run.NextReview)
	if got := m.run.Review.Approvals; len(got) != 1 || got[0].Count != 2 {
		t.Errorf("the approvals are %+v", got)
	}

	m = newMachine(t, limitedFlow(run.FastTrack{MaxPerHour: 1}))
	m.tallies.Flow.Approved = before(time.Minute)
	m.answer(run.OnRequest, `{"transition":"deny","reason":"no","subscriptions":["on_request"]}`)
	m.is(run.Denied, run.NextDenied)
}

// An approve above the limits never reaches on_approve, which may change
// something elsewhere; a person's approve of the same run does.
func TestFastTrackLimitsComeBeforeOnApprove(t *testing.T) {
	const guarded = `{"transition":"approve","subscriptions":["on_request","on_approve"]}`
	limits := map[string]run.FastTrack{
		"the flow's hour":  {MaxPerHour: 1},
		"the person's day": {MaxPerPersonPerDay: 1},
		"denied of late":   {QuietAfterDenialSeconds: 3600},
	}
	used := run.Tallies{
		Flow:   run.Tally{Approved: before(time.Minute)},
		Person: run.Tally{Approved: before(time.Minute), Denied: "01J", DeniedAt: start.Add(-time.Minute)},
	}
	for name, limit := range limits {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, limitedFlow(limit))
			m.tallies = used
			m.answer(run.OnRequest, guarded)
			m.is(run.Pending, run.NextReview)
			m.act(run.Approve, grace, "")
			m.answer(run.OnApprove, `{}`)
			m.is(run.Approved, run.NextApproved)
		})
		t.Run(name+", used up while on_approve runs", func(t *testing.T) {
			m := newMachine(t, limitedFlow(limit))
			m.answer(run.OnRequest, guarded)
			m.tallies = used
			m.answer(run.OnApprove, `{}`)
			m.is(run.Pending, run.NextReview)
			if got := m.tallies; len(got.Flow.Approved) > 1 || len(got.Person.Approved) > 1 {
				t.Errorf("it counts all the same: %+v", got)
			}
		})
	}
}

// What counts is counted once, with the decision: approvals by on_request, and
// denials by anybody.
func TestCounted(t *testing.T) {
	all := run.FastTrack{MaxPerPersonPerDay: 9, MaxPerHour: 9, QuietAfterDenialSeconds: 60}
	for name, tc := range map[string]struct {
		limits       run.FastTrack
		play         func(m *machine)
		person, flow int
		denied       bool
	}{
		"approved by on_request":        {all, func(m *machine) { m.answer(run.OnRequest, fastTracked) }, 1, 1, false},
		"without a limit of the flow":   {run.FastTrack{QuietAfterDenialSeconds: 60}, func(m *machine) { m.answer(run.OnRequest, fastTracked) }, 1, 0, false},
		"approved by a person":          {all, func(m *machine) { m.answer(run.OnRequest, toPeople); m.act(run.Approve, grace, "") }, 0, 0, false},
		"denied by a person":            {all, func(m *machine) { m.answer(run.OnRequest, toPeople); m.act(run.Deny, grace, "no") }, 0, 0, true},
		"denied by on_request":          {all, func(m *machine) { m.answer(run.OnRequest, `{"transition":"deny"}`) }, 0, 0, true},
		"denied, and there is no quiet": {run.FastTrack{MaxPerHour: 1}, func(m *machine) { m.answer(run.OnRequest, `{"transition":"deny"}`) }, 0, 0, false},
		"canceled":                      {all, func(m *machine) { m.answer(run.OnRequest, toPeople); m.act(run.Cancel, ada, "") }, 0, 0, false},
		"approved by on_request, ignored": {all, func(m *machine) {
			m.answer(run.OnRequest, `{"transition":"approve","subscriptions":["on_request","on_approve"]}`)
			m.answer(run.OnApprove, `{"transition":"ignore"}`)
		}, 0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := limitedFlow(tc.limits)
			m := newMachine(t, f)
			tc.play(m)
			for m.run.Engine.Next == run.NextHook { // subscriptions are unknown
				m.answer(m.run.Engine.Hook, ``)
			}
			if got := len(m.tallies.Person.Approved); got != tc.person {
				t.Errorf("%d approvals count for the person, want %d", got, tc.person)
			}
			if got := len(m.tallies.Flow.Approved); got != tc.flow {
				t.Errorf("%d approvals count for the flow, want %d", got, tc.flow)
			}
			if got := m.tallies.Person.Denied == m.run.ID; got != tc.denied {
				t.Errorf("denied is %q, want it noted: %v", m.tallies.Person.Denied, tc.denied)
			}
		})
	}
}

// However requests come, no window of a day has more approvals for a person, and
// none of an hour more for the flow, than the limits; and what is kept doesn't
// grow beyond them.
func TestFastTrackNeverExceedsItsLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limits := run.FastTrack{MaxPerPersonPerDay: rapid.IntRange(1, 4).Draw(t, "per day"), MaxPerHour: rapid.IntRange(1, 4).Draw(t, "per hour")}
		people := map[string]run.Tally{}
		var flow run.Tally
		approved := map[string][]time.Time{}
		now := start
		for range rapid.IntRange(1, 40).Draw(t, "requests") {
			now = now.Add(time.Duration(rapid.IntRange(0, 5*3600).Draw(t, "pause")) * time.Second)
			who := rapid.SampledFrom([]string{"ada@example.com", "bob@example.com"}).Draw(t, "who")
			r, err := run.New(run.Draft{ID: run.NewID(now), Flow: limitedFlow(limits), Requester: run.Person{ID: who}}, now)
			if err != nil {
				t.Fatal(err)
			}
			tallies := run.Tallies{Person: people[who], Flow: flow}
			next, _, err := engine.Decide(r, engine.Step{ID: "1", Response: &engine.HookResponse{Body: []byte(fastTracked)}, Tallies: tallies}, now)
			if err != nil {
				t.Fatal(err)
			}
			tallies = tallies.Counted(r, next)
			people[who], flow = tallies.Person, tallies.Flow
			if next.Status == run.Approved {
				approved[who] = append(approved[who], now)
				approved["flow"] = append(approved["flow"], now)
			}
			if len(flow.Approved) > limits.MaxPerHour || len(people[who].Approved) > limits.MaxPerPersonPerDay {
				t.Fatalf("%d and %d times are kept", len(flow.Approved), len(people[who].Approved))
			}
		}
		for who, times := range approved {
			most, window := limits.MaxPerPersonPerDay, 24*time.Hour
			if who == "flow" {
				most, window = limits.MaxPerHour, time.Hour
			}
			for i := range times {
				if j := i + most; j < len(times) && times[j].Sub(times[i]) < window {
					t.Fatalf("%s: %d approvals within %v", who, most+1, times[j].Sub(times[i]))
				}
			}
		}
	})
}
