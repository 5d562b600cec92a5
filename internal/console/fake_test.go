package console_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/console"
)

// fakeAPI is an API that responds what a test says, and remembers its calls.
type fakeAPI struct {
	t testing.TB
	// respond returns the response to a call: a value for 200, a *api.Problem, or a
	// []byte as it is, with its type.
	respond func(r *http.Request) any

	mu    sync.Mutex
	calls []string
}

func (f *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.calls = append(f.calls, r.Method+" "+r.URL.RequestURI())
	f.mu.Unlock()
	switch v := f.respond(r).(type) {
	case *api.Problem:
		w.Header().Set("Content-Type", "application/problem+json")
		if v.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(v.RetryAfter.Seconds())))
		}
		w.WriteHeader(v.Status)
		f.send(w, v)
	case []byte:
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		if _, err := w.Write(v); err != nil {
			f.t.Error(err)
		}
	default:
		w.Header().Set("Content-Type", "application/json")
		f.send(w, v)
	}
}

func (f *fakeAPI) send(w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		f.t.Error(err)
	}
}

// made returns the calls since it was last asked.
func (f *fakeAPI) made() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	calls := f.calls
	f.calls = nil
	return calls
}

// serve returns a console before the API.
func (f *fakeAPI) serve(change ...func(*console.Options)) http.Handler {
	f.t.Helper()
	upstream := httptest.NewServer(f)
	f.t.Cleanup(upstream.Close)
	o := console.Options{API: upstream.URL, Sessions: door{}, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&o)
	}
	c, err := console.New(o)
	if err != nil {
		f.t.Fatal(err)
	}
	return c.Handler()
}

// answers are the responses of an API with one person and one flow, in the shape of a
// real one.
func answers(r *http.Request) any {
	flow := api.Flow{
		Name: "aws-access", Label: "AWS access", Description: "Time-boxed access to one of our AWS accounts.",
		May:    []string{api.MayRequest, api.MayDecide, api.MayList},
		Fields: []api.Field{}, Targets: []api.Target{}, RequireReason: []string{},
		Rules: api.Rules{Mode: api.ModeShadow, Sentences: []api.RuleSentence{
			{About: "requesters", Text: "Everyone may make requests."},
			{About: "limits", Text: "Code approves at most 40 requests of one person within 24 hours."},
			{About: "limits", Text: "Code approves at most 400 requests of all people together within 1 hour."},
			{About: "moon", Text: "Not at full moon."},
		}},
	}
	switch path := r.URL.Path; {
	case path == "/me":
		three, one := 3, 1
		me := api.Me{
			ID: "ada@example.com", Email: "ada@example.com", Name: "Ada", Groups: []string{"sre"},
			Counts: api.Counts{Inbox: &three, Live: &one, MinePending: &one, CappedAt: 100},
			Slack:  true, Flows: []api.MyFlow{{Name: flow.Name, Label: flow.Label, Description: flow.Description, May: flow.May}},
		}
		if r.URL.Query().Get("live") != "" {
			me.Live = []api.Request{active("01J0000000000000000000LIVE", "ada@example.com")}
		}
		if r.URL.Query().Get("flow") == flow.Name {
			me.Flow = &flow
		}
		return me
	case path == "/flows":
		return api.FlowList{Flows: []api.Flow{flow}}
	case path == "/slack-accounts" && r.Method == http.MethodGet:
		return api.SlackAccountList{Accounts: []api.SlackAccount{slackAccount(true)}}
	case path == "/activity.csv":
		return []byte("id,flow\r\n01J,aws-access\r\n")
	case strings.HasSuffix(path, "/stats"):
		return stats()
	case path == "/requests":
		return api.RequestList{Requests: []api.Request{pending("01J0000000000000000000WAIT"), active("01J00000000000000000000ADA", "ada@example.com"), active("01J000000000000000000GRACE", "grace@example.com")}}
	}
	return &api.Problem{Status: 404, Title: "Not Found", Detail: "Unknown path.", Type: api.ProblemNotFound}
}

func pending(id string) api.Request {
	return api.Request{
		ID: id, Flow: "aws-access", FlowLabel: "AWS access", Title: "Production read-only", Status: api.StatusPending,
		Requester: api.Person{ID: "linus@example.com", Email: "linus@example.com"}, Reason: "The error rate of checkout is up.",
		Fields: map[string]json.RawMessage{}, CreatedAt: now.Add(-4 * time.Minute), UpdatedAt: now, DurationSeconds: 3600,
		Review: &api.Review{
			Approvers: []string{"group:sre"}, Approvals: api.Approvals{{Count: 1}}, ApprovedBy: []api.Person{}, ExpiresAt: now.Add(56 * time.Minute),
			Checks: []api.Check{{Name: "On call", Passed: true}, {Name: "Ticket", Passed: false, Detail: "No ticket."}, {Name: "Low risk", Passed: false}},
		},
	}
}

func active(id, who string) api.Request {
	return api.Request{
		ID: id, Flow: "aws-access", FlowLabel: "AWS access", Title: "Billing read-only", Status: api.StatusActive,
		Requester: api.Person{ID: who, Email: who}, Fields: map[string]json.RawMessage{}, CreatedAt: now.Add(-20 * time.Minute), UpdatedAt: now,
		Decision:        &api.Decision{Event: api.EventApprove, By: api.Actor{Type: api.ActorHook, ID: "on_request"}, At: now.Add(-20 * time.Minute), Checks: []api.Check{}},
		DurationSeconds: 3600, Access: &api.Access{StartsAt: now.Add(-20 * time.Minute), EndsAt: now.Add(40 * time.Minute)},
	}
}

func stats() api.Stats {
	share := 0.25
	since := now.AddDate(0, 0, -30).Truncate(24 * time.Hour)
	return api.Stats{
		Flow: "aws-access", Since: since, Until: now, CountsFrom: now.AddDate(0, 0, -9), Decided: 100, CodeShare: &share,
		Outcomes: []api.OutcomeCount{
			{Outcome: api.StatusApproved, By: api.DeciderPeople, Count: 59}, {Outcome: api.StatusApproved, By: api.DeciderCode, Count: 22},
			{Outcome: api.StatusDenied, By: api.DeciderPeople, Count: 9}, {Outcome: api.StatusExpired, By: api.DeciderNobody, Count: 10},
		},
		Times: api.DecisionTimes{
			People: api.TimeSpread{Count: 68, P50: &api.TimePercentile{Seconds: 432, From: 300, To: 600}, P90: &api.TimePercentile{Seconds: 5200, From: 3600, To: 5400}},
			All:    api.TimeSpread{Count: 90},
			Histogram: []api.TimeBucket{
				{UpTo: 0.5, Code: 20}, {UpTo: 1, Code: 2}, {UpTo: 20, People: 3}, {UpTo: 600, People: 30}, {UpTo: 3600, People: 20}, {UpTo: 86400, People: 11}, {People: 4},
			},
		},
		Shadow: &api.ShadowStats{On: true, Compared: 40, Agreed: 38, LeftToPeople: 20, Failed: 1, Differences: []api.ShadowDifference{{Hook: api.EventApprove, People: api.EventDeny, Count: 2}}},
		Limits: api.FastTrackUsage{Held: 7, Limits: []api.LimitUse{
			{Name: api.LimitPerHour, Max: 400, Seconds: 3600, Used: 31}, {Name: api.LimitPerPersonPerDay, Max: 40, Seconds: 86400, Used: 40, Reached: 1, Yours: 3},
			{Name: api.LimitQuiet, Seconds: 86400, Reached: 2},
		}},
		Waiting: 12, Live: 100, CappedAt: 100,
		FailingHooks:  []api.FailingHook{{Hook: "on_request", Count: 3, LastAt: now.Add(-time.Hour), LastRequest: "01J0000000000000000000FAIL", LastError: "PagerDuty responded 503."}},
		HooksVersions: []api.VersionSeen{{Version: "12", FirstSeen: since, LastSeen: now.AddDate(0, 0, -4), Count: 80}, {Version: "13", FirstSeen: now.AddDate(0, 0, -4), LastSeen: now, Count: 20}},
		FlowVersions:  []api.VersionSeen{{Version: "3f9a0c11d2e4", FirstSeen: since, LastSeen: now, Count: 100}},
	}
}
