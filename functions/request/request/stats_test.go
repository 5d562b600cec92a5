package request_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/stats"
)

const counted = `
admins: [root@example.com]
flows:
  - {name: open, requesters: ['group:dev'], admins: [linus@example.com], review: {approvers: [grace@example.com], viewers: [katherine@example.com]}, fast_track: {max_per_person_per_day: 2, max_per_hour: 3, quiet_after_denial: 1h}}
  - {name: tried, mode: shadow, admins: [linus@example.com]}
directory:
  groups: {dev: [ada@example.com, margaret@example.com]}
`

// counts is the API over a table in which requests are decided.
func counts(t testing.TB) *service {
	s := open(t, "nobody@example.com")
	var err error
	if s.flows, err = flow.Parse("f", []byte(counted)); err != nil {
		t.Fatal(err)
	}
	return s
}

// decide files a request of somebody and decides it as functions/record does: by what
// on_request answers or, where person is given, by the act of that person.
func (s *service) decide(t testing.TB, flowName, who, answer string, person string, event run.EventName) *run.Run {
	t.Helper()
	f, _ := s.flows.Find(flowName)
	r, err := run.New(run.Draft{ID: run.NewID(s.now), Requester: run.Person{ID: who, Email: who}, Channel: run.ViaAPI, FlowVersion: "abcabcabcabc", Flow: run.Flow{
		Name: flowName, Hooks: "h", HookTimeoutSeconds: 10, Admins: f.Admins, FastTrack: f.FastTrack, Shadow: f.Shadow,
		Review: run.ReviewRule{Approvers: []string{"grace@example.com", "linus@example.com"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600},
	}}, s.now)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.Create(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	step := func(name string, step engine.Step, now time.Time) {
		t.Helper()
		if step.Tallies, err = s.store.LoadTallies(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		step.ID, step.Turn, step.HooksVersion = name, r.Engine.Turn, "7"
		next, _, err := engine.Decide(r, step, now)
		if err == nil {
			err = s.store.SaveTallied(t.Context(), next, step.Tallies.Counted(r, next), now)
		}
		if counts := stats.Of(r, next); err == nil && !counts.Empty() {
			next.Engine.Counting = r.CountingAfter(0)
			err = s.store.Count(t.Context(), next, counts, now)
		}
		if err != nil {
			t.Fatal(err)
		}
		r = next
	}
	step("hook", engine.Step{Response: &engine.HookResponse{Body: json.RawMessage(answer), Version: "7"}}, s.now.Add(time.Second))
	if person != "" {
		at := s.now.Add(10 * time.Minute)
		step("act", engine.Step{Acts: []run.Act{{ID: "a", Event: event, Person: run.Person{ID: person, Email: person}, At: at, Channel: run.ViaAPI, Reason: "so"}}}, at)
	}
	return r
}

func (s *service) stats(t testing.TB, who, flowName string, query map[string]string) (int, api.Stats) {
	t.Helper()
	got, err := s.as(s.flows.Directory.WithTokenGroups(run.Person{ID: who, Email: who}, nil)).Handle(t.Context(), httpapi.Event{
		RouteKey: "GET /flows/{flow}/stats", PathParameters: map[string]string{"flow": flowName}, QueryStringParameters: query,
	})
	if err != nil {
		t.Fatal(err)
	}
	if t, is := t.(*testing.T); is {
		described(t, "GET /flows/{flow}/stats", got)
	}
	var out api.Stats
	if got.StatusCode == 200 {
		if err := json.Unmarshal([]byte(got.Body), &out); err != nil {
			t.Fatal(err)
		}
	} else if strings.Contains(got.Body, "outcomes") {
		t.Errorf("%d with statistics: %s", got.StatusCode, got.Body)
	}
	return got.StatusCode, out
}

const (
	approves = `{"transition":"approve","subscriptions":["on_request"]}`
	leaves   = `{"subscriptions":["on_request"]}`
	fails    = `{"transition":"dance","subscriptions":["on_request"]}`
	ada2     = "margaret@example.com"
)

// Statistics say what became of requests, and what is now.
func TestStats(t *testing.T) {
	s := counts(t)
	start := s.now
	s.decide(t, "open", ada, approves, "", "")
	s.decide(t, "open", ada, approves, "", "")
	s.decide(t, "open", ada, approves, "grace@example.com", run.Deny) // the limit of a person holds it
	s.decide(t, "open", ada2, leaves, "grace@example.com", run.Approve)
	failed := s.decide(t, "open", ada2, fails, "grace@example.com", run.Approve)
	s.decide(t, "open", ada2, leaves, ada2, run.Cancel)
	s.decide(t, "open", ada2, leaves, "", "") // waits
	s.now = start.Add(12 * time.Minute)
	status, got := s.stats(t, ada, "open", nil)
	if status != 200 {
		t.Fatal(status)
	}
	share := 0.4
	want := api.Stats{
		Flow: "open", Since: time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC), Until: s.now, CountsFrom: start.Add(time.Second),
		Decided: 6, CodeShare: &share, Waiting: 1, CappedAt: 100,
		Outcomes: []api.OutcomeCount{
			{Outcome: run.Approved, By: api.DeciderCode, Count: 2}, {Outcome: run.Approved, By: api.DeciderPeople, Count: 2},
			{Outcome: run.Canceled, By: api.DeciderNobody, Count: 1}, {Outcome: run.Denied, By: api.DeciderPeople, Count: 1},
		},
		Times: api.DecisionTimes{
			People: api.TimeSpread{Count: 3, P50: &api.TimePercentile{Seconds: 450, From: 300, To: 600}, P90: &api.TimePercentile{Seconds: 550, From: 300, To: 600}},
			All:    api.TimeSpread{Count: 5, P50: &api.TimePercentile{Seconds: 350, From: 300, To: 600}, P90: &api.TimePercentile{Seconds: 550, From: 300, To: 600}},
		},
		Limits: api.FastTrackUsage{Held: 1, Limits: []api.LimitUse{
			{Name: api.LimitPerHour, Max: 3, Seconds: 3600, Used: 2},
			{Name: api.LimitPerPersonPerDay, Max: 2, Seconds: 86400, Used: 2, Reached: 1, Yours: 2},
			{Name: api.LimitQuiet, Seconds: 3600, Reached: 1},
		}},
		FailingHooks:  []api.FailingHook{{Hook: "on_request", Count: 1, LastAt: start.Add(time.Second)}},
		HooksVersions: []api.VersionSeen{{Version: "7", FirstSeen: start.Add(time.Second), LastSeen: start.Add(10 * time.Minute), Count: 6}},
		FlowVersions:  []api.VersionSeen{{Version: "abcabcabcabc", FirstSeen: start.Add(time.Second), LastSeen: start.Add(10 * time.Minute), Count: 6}},
	}
	buckets := got.Times.Histogram
	got.Times.Histogram = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	code, people := 0, 0
	for _, b := range buckets {
		code, people = code+b.Code, people+b.People
	}
	if code != 2 || people != 3 || buckets[len(buckets)-1].UpTo != 0 {
		t.Errorf("the histogram has %d of code and %d of people: %+v", code, people, buckets)
	}
	// The limits of somebody else, who was not denied.
	if _, got := s.stats(t, ada2, "open", nil); got.Limits.Limits[1].Yours != 0 {
		t.Errorf("somebody else's limit is %+v", got.Limits.Limits[1])
	}
	// Who decides or lists the flow sees the error too.
	for _, who := range []string{"grace@example.com", "katherine@example.com", "linus@example.com"} {
		_, got := s.stats(t, who, "open", nil)
		if f := got.FailingHooks[0]; f.LastRequest != failed.ID || !strings.HasPrefix(f.LastError, "on_request: on_request") {
			t.Errorf("%s sees %+v", who, f)
		}
	}
	// What was decided before a day does not count on it.
	s.now = start.AddDate(0, 0, 3)
	if _, got := s.stats(t, ada, "open", map[string]string{"since": "2026-11-24"}); got.Decided != 0 || !got.CountsFrom.Equal(start.Add(time.Second)) || got.Waiting != 1 {
		t.Errorf("since a later day: %+v", got)
	}
	if _, got := s.stats(t, ada, "open", map[string]string{"since": "2026-11-23T18:00:00Z"}); got.Decided != 6 || !got.Since.Equal(start.Truncate(24*time.Hour)) {
		t.Errorf("since a time: %+v", got)
	}
}

// In shadow mode they say how often on_request would have decided as people did.
func TestStats_Shadow(t *testing.T) {
	s := counts(t)
	if _, got := s.stats(t, ada, "tried", nil); got.Shadow == nil || !got.Shadow.On || got.Shadow.Differences == nil || got.CodeShare != nil || !got.CountsFrom.IsZero() {
		t.Errorf("before any decision: %+v", got)
	}
	denies := strings.Replace(approves, "approve", "deny", 1)
	for _, tc := range []struct {
		answer string
		people run.EventName
	}{{approves, run.Approve}, {approves, run.Approve}, {approves, run.Deny}, {denies, run.Approve}, {denies, run.Deny}, {leaves, run.Deny}, {fails, run.Deny}} {
		s.decide(t, "tried", ada, tc.answer, "linus@example.com", tc.people)
	}
	_, got := s.stats(t, ada, "tried", nil)
	want := &api.ShadowStats{On: true, Compared: 5, Agreed: 3, LeftToPeople: 1, Failed: 1, Differences: []api.ShadowDifference{
		{Hook: run.Approve, People: run.Deny, Count: 1}, {Hook: run.Deny, People: run.Approve, Count: 1},
	}}
	if diff := cmp.Diff(want, got.Shadow); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// What on_request failed with is shown to whoever may see the verdict: not its text to
	// the requester, though the requester may read the request.
	if len(got.FailingHooks) != 1 || got.FailingHooks[0].LastError != "" {
		t.Errorf("the requester sees %+v", got.FailingHooks)
	}
}

// Whoever may neither request, decide nor list a flow does not learn that it exists.
func TestStats_Hidden(t *testing.T) {
	s := counts(t)
	s.decide(t, "open", ada, approves, "", "")
	for _, tc := range []struct {
		who, flow string
		want      int
	}{
		{ada, "open", 200}, {"grace@example.com", "open", 200}, {"katherine@example.com", "open", 200},
		{"bob@example.com", "open", 404}, {"root@example.com", "open", 404}, {ada, "none", 404},
	} {
		if status, _ := s.stats(t, tc.who, tc.flow, nil); status != tc.want {
			t.Errorf("%s of %s: %d, want %d", tc.who, tc.flow, status, tc.want)
		}
	}
	for _, query := range []map[string]string{{"since": "yesterday"}, {"since": "2026-11-24"}, {"since": ""}, {"until": "2026-11-23"}} {
		if status, _ := s.stats(t, ada, "open", query); status != 400 {
			t.Errorf("%v: %d, want 400", query, status)
		}
	}
	if _, got := s.stats(t, ada, "open", map[string]string{"since": "1999-01-01"}); !got.Since.Equal(time.Date(2025, 10, 19, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("longer ago than counters are kept: %s", got.Since)
	}
}

// The count of a failure outlasts the request at which it happened.
func TestStats_OfARequestThatIsGone(t *testing.T) {
	s := counts(t)
	r := s.decide(t, "open", ada, leaves, "", "")
	gone := stats.Delta{
		Flow: "open", At: s.now, Add: map[string]int64{"f:on_deny": 2}, Text: map[string]string{"fl:on_deny": "2026-11-23T10:00:00.000Z#01JD0000000000000000000000"},
	}
	r.Engine.Counting = &run.Counting{From: 99}
	if err := s.store.Count(t.Context(), r, gone, s.now); err != nil {
		t.Fatal(err)
	}
	_, got := s.stats(t, "grace@example.com", "open", nil)
	if diff := cmp.Diff([]api.FailingHook{{Hook: "on_deny", Count: 2, LastAt: s.now}}, got.FailingHooks); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
