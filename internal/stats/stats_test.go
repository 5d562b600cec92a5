package stats_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/stats"
)

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

var (
	grace  = run.Actor{Type: run.UserActor, ID: "grace@example.com"}
	engine = run.Actor{Type: run.EngineActor}
)

// life makes a run of entries after its request, of which the last decides it, unless
// that is a forward or an ignore.
func life(entries ...run.Entry) *run.Run {
	r := &run.Run{ID: "01J", Flow: run.Flow{Name: "f"}, CreatedAt: start, History: []run.Entry{{Event: run.Request, At: start, FlowVersion: "aaa"}}}
	for _, e := range entries {
		if e.At.IsZero() {
			e.At = start.Add(time.Minute)
		}
		r.History = append(r.History, e)
		switch e.Event {
		case run.Approve, run.Deny, run.Expire, run.Cancel:
			r.Decision = &run.Decision{Event: e.Event, By: e.Actor, At: e.At}
		}
	}
	return r
}

func shadowed(r *run.Run, v run.Verdict) *run.Run {
	r.Shadow = &v
	return r
}

// What each decision counts.
func TestOf(t *testing.T) {
	code := run.Entry{Event: run.Approve, Actor: run.ByHook(run.OnRequest), HooksVersion: "7"}
	approve, deny := run.Entry{Event: run.Approve, Actor: grace}, run.Entry{Event: run.Deny, Actor: grace}
	for name, tc := range map[string]struct {
		r    *run.Run
		want map[string]int64
	}{
		"nothing decided":     {life(run.Entry{Event: run.Forward, Actor: engine}), nil},
		"fast-tracked":        {life(code), map[string]int64{"n:approved:code": 1, "c:60": 1, "h:7": 1, "v:aaa": 1}},
		"approved by people":  {life(approve), map[string]int64{"n:approved:people": 1, "p:60": 1, "v:aaa": 1}},
		"denied late":         {life(run.Entry{Event: run.Deny, Actor: grace, At: start.Add(999 * time.Hour)}), map[string]int64{"n:denied:people": 1, "p:more": 1, "v:aaa": 1}},
		"expired":             {life(run.Entry{Event: run.Expire, Actor: engine}), map[string]int64{"n:expired:nobody": 1, "v:aaa": 1}},
		"canceled":            {life(run.Entry{Event: run.Cancel, Actor: grace}), map[string]int64{"n:canceled:nobody": 1, "v:aaa": 1}},
		"two versions":        {life(run.Entry{Event: run.Forward, Actor: engine, HooksVersion: "7"}, run.Entry{Event: run.Ignore, HooksVersion: "8", Act: "a"}, run.Entry{Event: run.Deny, Actor: grace, HooksVersion: "8"}), map[string]int64{"n:denied:people": 1, "p:60": 1, "v:aaa": 1, "h:7": 1, "h:8": 1}},
		"held by a limit":     {life(run.Entry{Event: run.Ignore, Actor: engine}, deny), map[string]int64{"n:denied:people": 1, "p:60": 1, "v:aaa": 1, "held": 1}},
		"an act set aside":    {life(run.Entry{Event: run.Ignore, Actor: engine, Act: "a"}, deny), map[string]int64{"n:denied:people": 1, "p:60": 1, "v:aaa": 1}},
		"shadow agrees":       {shadowed(life(deny), run.Verdict{Event: run.Deny}), map[string]int64{"n:denied:people": 1, "p:60": 1, "v:aaa": 1, "s:deny:deny": 1}},
		"shadow differs":      {shadowed(life(deny), run.Verdict{Event: run.Approve}), map[string]int64{"n:denied:people": 1, "p:60": 1, "v:aaa": 1, "s:approve:deny": 1}},
		"shadow leaves it":    {shadowed(life(approve), run.Verdict{}), map[string]int64{"n:approved:people": 1, "p:60": 1, "v:aaa": 1, "s:none": 1}},
		"shadow fails":        {shadowed(life(approve), run.Verdict{Error: "on_request failed"}), map[string]int64{"n:approved:people": 1, "p:60": 1, "v:aaa": 1, "s:fail": 1, "f:on_request": 1}},
		"shadow, and expired": {shadowed(life(run.Entry{Event: run.Expire, Actor: engine}), run.Verdict{Event: run.Deny}), map[string]int64{"n:expired:nobody": 1, "v:aaa": 1}},
		"a hook fails": {
			life(run.Entry{Event: run.Ignore, Actor: run.ByHook(run.AfterRequest), Error: "after_request failed: no"}), map[string]int64{"f:after_request": 1},
		},
		"two hooks fail at once": {
			life(run.Entry{Event: run.Forward, Actor: engine, Error: "on_request: on_request failed; get_permissions: get_permissions failed"}), map[string]int64{"f:on_request": 1, "f:get_permissions": 1},
		},
		"nobody is notified": {life(run.Entry{Event: run.Forward, Actor: engine, Error: run.NotNotified + "group:sre"}), nil},
	} {
		if name == "two hooks fail at once" {
			tc.r.Review = &run.Review{Errors: []run.HookError{{Hook: "on_request", Error: "on_request failed"}, {Hook: "get_permissions", Error: "get_permissions failed"}}}
		}
		if diff := cmp.Diff(tc.want, stats.Of(&run.Run{}, tc.r).Add); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A guard's failure is on record before the review is, which repeats it: it counts once.
func TestAFailureCountsOnce(t *testing.T) {
	failed := run.Entry{Event: run.Ignore, Actor: run.ByHook(run.OnApprove), Error: "on_approve failed"}
	before := life(failed)
	after := life(failed, run.Entry{Event: run.Forward, Actor: engine, Error: "on_approve: on_approve failed"})
	after.Review = &run.Review{Errors: []run.HookError{{Hook: "on_approve", Error: "on_approve failed"}}}
	if d := stats.Of(&run.Run{}, before); d.Add["f:on_approve"] != 1 {
		t.Errorf("the failure counts %v", d.Add)
	}
	after.History[2].Error = run.NotNotified + "group:sre" // the review's list alone repeats it
	if d := stats.Of(before, after); !d.Empty() {
		t.Errorf("the review counts %v", d.Add)
	}
}

// A failure in shadow mode counts once people have decided: before, it would show them
// what on_request said.
func TestAShadowFailureCountsLate(t *testing.T) {
	failed := run.Verdict{Error: "on_request failed"}
	routed := shadowed(life(run.Entry{Event: run.Forward, Actor: engine}), failed)
	if d := stats.Of(&run.Run{}, routed); !d.Empty() {
		t.Errorf("the review counts %v", d.Add)
	}
	decided := shadowed(life(run.Entry{Event: run.Forward, Actor: engine}, run.Entry{Event: run.Deny, Actor: grace}), failed)
	if d := stats.Of(routed, decided); d.Add["f:on_request"] != 1 {
		t.Errorf("the decision counts %v", d.Add)
	}
	// That it failed whole is in the history of the review, which counts it.
	whole := run.Entry{Event: run.Forward, Actor: engine, Error: "on_request: on_request failed"}
	routed, decided = shadowed(life(whole), failed), shadowed(life(whole, run.Entry{Event: run.Deny, Actor: grace}), failed)
	if a, b := stats.Of(&run.Run{}, routed), stats.Of(routed, decided); a.Add["f:on_request"] != 1 || b.Add["f:on_request"] != 0 {
		t.Errorf("a whole failure counts %v and %v", a.Add, b.Add)
	}
}

// A decision counts in the write that makes it, and in none after.
func TestADecisionCountsOnce(t *testing.T) {
	decided := life(run.Entry{Event: run.Approve, Actor: grace})
	later := life(run.Entry{Event: run.Approve, Actor: grace}, run.Entry{Event: run.Escalate, Actor: engine}, run.Entry{Event: run.Deescalate, Actor: engine})
	if d := stats.Of(decided, later); !d.Empty() {
		t.Errorf("access counts %v", d.Add)
	}
	if d := stats.Of(decided, decided); !d.Empty() {
		t.Errorf("nothing new counts %v", d.Add)
	}
}

// Whatever the times are, the true percentile is in the bucket that is returned, and the
// bounds of a bucket are close to each other.
func TestPercentiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) time.Duration {
			// As many short times as long ones.
			return time.Duration(rapid.Int64Range(0, 1<<rapid.IntRange(1, 32).Draw(t, "size")).Draw(t, "ms")) * time.Millisecond
		}), 1, 300).Draw(t, "times")
		var totals stats.Totals
		for _, took := range times {
			totals.Add(stats.Of(&run.Run{}, life(run.Entry{Event: run.Deny, Actor: grace, At: start.Add(took)})))
		}
		slices.Sort(times)
		s := totals.Stats()
		if s.Times.People.Count != len(times) || s.Times.All.Count != len(times) {
			t.Fatalf("%d times, counted %d of people and %d", len(times), s.Times.People.Count, s.Times.All.Count)
		}
		for percent, p := range map[int]*api.TimePercentile{50: s.Times.People.P50, 90: s.Times.All.P90} {
			want := times[(len(times)*percent+99)/100-1].Seconds()
			if want < p.From || p.To > 0 && want > p.To || p.Seconds < p.From || p.To > 0 && p.Seconds > p.To {
				t.Errorf("p%d is %v s, got %+v", percent, want, *p)
			}
			if p.From > 0 && p.To > 2*p.From {
				t.Errorf("p%d is between %v and %v: more than twice", percent, p.From, p.To)
			}
		}
	})
}

// Days and shards add up to the same in whatever order they are read.
func TestTotalsAddUp(t *testing.T) {
	lives := []*run.Run{
		life(run.Entry{Event: run.Approve, Actor: run.ByHook(run.OnRequest), HooksVersion: "7", At: start.Add(time.Second)}),
		life(run.Entry{Event: run.Approve, Actor: run.ByHook(run.OnRequest), HooksVersion: "8", At: start.Add(time.Hour)}),
		life(run.Entry{Event: run.Deny, Actor: run.ByHook(run.OnRequest), HooksVersion: "7", At: start.Add(2 * time.Second)}),
		shadowed(life(run.Entry{Event: run.Deny, Actor: grace, At: start.Add(40 * time.Second)}), run.Verdict{Event: run.Approve}),
		shadowed(life(run.Entry{Event: run.Deny, Actor: grace, At: start.Add(50 * time.Second)}), run.Verdict{Event: run.Deny}),
		life(run.Entry{Event: run.Ignore, Actor: run.ByHook(run.OnDeny), Error: "on_deny failed", At: start.Add(3 * time.Second)}),
		life(run.Entry{Event: run.Expire, Actor: engine, At: start.Add(time.Hour)}),
	}
	share := 0.6
	want := api.Stats{
		Decided:      6,
		Outcomes:     []api.OutcomeCount{{Outcome: run.Approved, By: api.DeciderCode, Count: 2}, {Outcome: run.Denied, By: api.DeciderPeople, Count: 2}, {Outcome: run.Denied, By: api.DeciderCode, Count: 1}, {Outcome: run.Expired, By: api.DeciderNobody, Count: 1}},
		CodeShare:    &share,
		Shadow:       &api.ShadowStats{Compared: 2, Agreed: 1, Differences: []api.ShadowDifference{{Hook: run.Approve, People: run.Deny, Count: 1}}},
		FailingHooks: []api.FailingHook{{Hook: "on_deny", Count: 1, LastAt: start.Add(3 * time.Second), LastRequest: "01J"}},
		HooksVersions: []api.VersionSeen{
			{Version: "7", FirstSeen: start.Add(time.Second), LastSeen: start.Add(2 * time.Second), Count: 2},
			{Version: "8", FirstSeen: start.Add(time.Hour), LastSeen: start.Add(time.Hour), Count: 1},
		},
		FlowVersions: []api.VersionSeen{{Version: "aaa", FirstSeen: start.Add(time.Second), LastSeen: start.Add(time.Hour), Count: 6}},
	}
	for range 20 {
		rand.Shuffle(len(lives), func(i, j int) { lives[i], lives[j] = lives[j], lives[i] })
		var totals stats.Totals
		for _, r := range lives {
			totals.Add(stats.Of(&run.Run{}, r))
		}
		got := totals.Stats()
		got.Times = api.DecisionTimes{}
		slices.SortStableFunc(got.Outcomes, func(a, b api.OutcomeCount) int { return b.Count - a.Count })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
}

// A flow without a decision has every list, and no figure that nothing supports.
func TestNothingCounted(t *testing.T) {
	s := new(stats.Totals).Stats()
	if s.Outcomes == nil || s.FailingHooks == nil || s.HooksVersions == nil || s.FlowVersions == nil || len(s.Times.Histogram) == 0 {
		t.Errorf("a list is null: %+v", s)
	}
	if s.CodeShare != nil || s.Shadow != nil || s.Times.All.P50 != nil || !new(stats.Totals).First().IsZero() {
		t.Errorf("figures of nothing: %+v", s)
	}
}
