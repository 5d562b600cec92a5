package browser

import (
	"encoding/json"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

func number(n int) *int { return &n }

// me is Grace, as the API knows her.
func me() api.Me {
	return api.Me{
		ID: "grace@example.com", Email: "grace@example.com", Name: "Grace", Groups: []string{"sre"},
		Counts: api.Counts{Inbox: number(2), Live: number(1), MinePending: number(1), CappedAt: 100},
		Flows: []api.MyFlow{
			{Name: "aws-access", Label: "AWS access", May: []string{api.MayRequest, api.MayDecide, api.MayList}},
			{Name: "customer-data", Label: "Customer data", May: []string{api.MayRequest, api.MayDecide}},
			{Name: "deploy", Label: "Deploy outside of hours", May: []string{api.MayRequest}},
		},
		Live: []api.Request{active(4, true)},
	}
}

// nobody is a person whom no flow concerns.
func nobody() api.Me {
	m := me()
	m.Groups, m.Flows = []string{}, []api.MyFlow{}
	m.Counts = api.Counts{Inbox: number(0), Live: number(0), MinePending: number(0), CappedAt: 100}
	return m
}

var accessRules = api.Rules{
	Requesters: []string{"everyone"}, Approvers: []string{"group:sre"}, Admins: []string{"group:platform"}, Viewers: []string{"audit@example.com"},
	Approvals: api.Approvals{{Count: 1}}, TimeoutSeconds: 3600, Notify: []api.NotifyStep{{To: []string{"group:sre"}, WaitSeconds: 600}, {To: []string{"admins"}}},
	Mode: api.ModeLive, Strategy: "lambda",
	Limits: []api.Limit{
		{Name: "fast_track.max_per_hour", Max: 40, Unit: "approvals", Per: "flow", WindowSeconds: 3600},
		{Name: "fast_track.max_per_person_per_day", Max: 5, Unit: "approvals", Per: "person", WindowSeconds: 86400},
	},
	Sentences: []api.RuleSentence{
		{About: "requesters", Text: "Everyone may request."},
		{About: "code", Text: "Code looks at each request first. What it approves or denies takes effect at once."},
		{About: "limits", Text: "Code approves at most 40 requests in an hour, and at most 5 of one person in a day."},
		{About: "approvals", Text: "Then one person decides: somebody of the group sre, or an admin."},
		{About: "self_approval", Text: "Nobody approves their own request."},
		{About: "timeout", Text: "Without a decision, a request expires after 1 hour."},
		{About: "access", Text: "Access is granted for 30 minutes, 1 hour or 4 hours, and then ends."},
	},
}

var target = api.Field{Name: "target", Type: api.FieldTarget, Label: "Access to", Required: true}

var flows = []api.Flow{
	{
		Name: "aws-access", Label: "AWS access", Description: "Time-boxed access to one of our AWS accounts. Code grants what is safe; people on duty look at the rest.",
		Fields: []api.Field{
			target,
			{Name: "urgency", Type: api.FieldString, Label: "Urgency", Description: "An emergency is approved at once, and reviewed afterwards.", Allowed: raws("Normal", "Urgent", "Emergency"), Default: raw("Normal")},
			{Name: "ticket", Type: api.FieldString, Label: "Ticket", Description: "For example OPS-1234.", Pattern: "^[A-Z]+-[0-9]+$"},
		},
		Targets: []api.Target{
			{ID: "prod-ro", Label: "Production read-only"}, {ID: "prod-admin", Label: "Production administrator"},
			{ID: "billing-ro", Label: "Billing read-only"}, {ID: "staging-admin", Label: "Staging administrator"},
		},
		DurationsSeconds: []int{1800, 3600, 14400}, RequireReason: []string{"request", "deny"},
		May: []string{api.MayRequest, api.MayDecide, api.MayList}, Rules: accessRules,
	},
	{
		Name: "customer-data", Label: "Customer data", Description: "Read one customer's records in the production database. Two people from different teams approve.",
		Fields: []api.Field{
			target,
			{Name: "customer", Type: api.FieldString, Label: "Customer", Description: "Type a name or a number.", Required: true, Prefetch: true},
			{Name: "query", Type: api.FieldText, Label: "What will you run", Description: "SQL, or a sentence."},
			{Name: "masked", Type: api.FieldBool, Label: "Mask personal data", Default: raw(true)},
			{Name: "rows", Type: api.FieldInt, Label: "Rows at most", Min: whole(1), Max: whole(100000), Default: raw(100)},
			{Name: "regions", Type: api.FieldStrings, Label: "Regions", Allowed: raws("eu-west-1", "us-east-1", "ap-south-1"), Default: raw([]string{"eu-west-1"})},
			{Name: "watcher", Type: api.FieldUser, Label: "Who watches"},
			{Name: "pause", Type: api.FieldDuration, Label: "Pause between queries"},
			{Name: "token", Type: api.FieldString, Label: "One-time code", Sensitive: true},
		},
		Targets:          []api.Target{{ID: "crm", Label: "CRM (eu-west-1)"}, {ID: "ledger", Label: "Ledger (eu-west-1)"}},
		DurationsSeconds: []int{900, 3600}, RequireReason: []string{"request", "approve", "deny", "revoke"},
		May: []string{api.MayRequest, api.MayDecide}, Rules: accessRules,
	},
	{
		Name: "deploy", Label: "Deploy outside of hours", Description: "Ship a service at night, on a weekend or in a freeze.",
		Fields: []api.Field{}, Targets: []api.Target{}, RequireReason: []string{}, May: []string{api.MayRequest}, Rules: deployRules(),
	},
}

// deployRules are those of a flow whose hooks are on trial.
func deployRules() api.Rules {
	r := accessRules
	r.Mode, r.Strategy, r.Limits = api.ModeShadow, "", []api.Limit{}
	r.Sentences = []api.RuleSentence{
		{About: "requesters", Text: "Everyone may request."},
		{About: "code", Text: "Code is on trial: it looks at each request, and people decide."},
		{About: "approvals", Text: "One person decides: somebody of the group sre, or an admin."},
	}
	return r
}

func raws(values ...string) (all []json.RawMessage) {
	for _, v := range values {
		all = append(all, raw(v))
	}
	return all
}

func whole(n int64) *int64 { return &n }

func share(f float64) *float64 { return &f }

// stats are those of aws-access.
func stats() api.Stats {
	spread := func(count int, p50, p90 float64) api.TimeSpread {
		return api.TimeSpread{Count: count, P50: &api.TimePercentile{Seconds: p50, From: p50 * 0.7, To: p50 * 1.4}, P90: &api.TimePercentile{Seconds: p90, From: p90 * 0.7, To: p90 * 1.4}}
	}
	return api.Stats{
		Flow: "aws-access", Since: now.Add(-30 * 24 * time.Hour).Truncate(24 * time.Hour), Until: now, CountsFrom: now.Add(-90 * 24 * time.Hour), Decided: 412,
		Outcomes: []api.OutcomeCount{
			{Outcome: api.StatusApproved, By: api.DeciderCode, Count: 268}, {Outcome: api.StatusApproved, By: api.DeciderPeople, Count: 91},
			{Outcome: api.StatusDenied, By: api.DeciderPeople, Count: 31}, {Outcome: api.StatusDenied, By: api.DeciderCode, Count: 14}, {Outcome: api.StatusExpired, By: api.DeciderNobody, Count: 8},
		},
		CodeShare: share(282.0 / 404), Waiting: 3, Live: 7, CappedAt: 100,
		Times: api.DecisionTimes{People: spread(122, 380, 2400), All: spread(404, 0.2, 900), Histogram: []api.TimeBucket{
			{UpTo: 0.1, Code: 12}, {UpTo: 0.5, Code: 251, People: 0}, {UpTo: 1, Code: 15}, {UpTo: 10, Code: 4, People: 3}, {UpTo: 60, People: 18}, {UpTo: 600, People: 61}, {UpTo: 3600, People: 38}, {People: 2},
		}},
		Shadow: &api.ShadowStats{Compared: 40, Agreed: 37, LeftToPeople: 12, Failed: 1, Differences: []api.ShadowDifference{{Hook: api.EventApprove, People: api.EventDeny, Count: 2}, {Hook: api.EventDeny, People: api.EventApprove, Count: 1}}},
		Limits: api.FastTrackUsage{Held: 6, Limits: []api.LimitUse{
			{Name: api.LimitPerHour, Max: 40, Seconds: 3600, Used: 31}, {Name: api.LimitPerPersonPerDay, Max: 5, Seconds: 86400, Used: 5, Reached: 1, Yours: 2},
		}},
		FailingHooks:  []api.FailingHook{{Hook: "on_request", Count: 3, LastAt: ago(26 * time.Hour), LastRequest: requestID(9), LastError: "PagerDuty did not respond in 3 s"}},
		HooksVersions: []api.VersionSeen{{Version: "16", FirstSeen: ago(60 * 24 * time.Hour), LastSeen: ago(9 * 24 * time.Hour), Count: 301}, {Version: "17", FirstSeen: ago(9 * 24 * time.Hour), LastSeen: ago(time.Hour), Count: 111}},
		FlowVersions:  []api.VersionSeen{{Version: "5d0c7c9a1b2e", FirstSeen: ago(60 * 24 * time.Hour), LastSeen: ago(time.Hour), Count: 412}},
	}
}
