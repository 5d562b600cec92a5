package console_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// seen is the hash of the last entry of the request that tests look at.
var seen = strings.Repeat("2b", 32)

// formFlow is a flow with a field of each kind.
func formFlow() api.Flow {
	one, many := int64(1), int64(1000)
	return api.Flow{
		Name: "customer-data", Label: "Customer data", Description: "Read the records of one customer.", May: []string{api.MayRequest},
		Fields: []api.Field{
			{Name: "target", Label: "Database", Type: api.FieldTarget, Required: true},
			{Name: "customer", Label: "Customer", Type: api.FieldString, Required: true, Prefetch: true, Description: "Search for a name or a number."},
			{Name: "query", Label: "What will you run", Type: api.FieldText},
			{Name: "masked", Label: "Mask personal data", Type: api.FieldBool, Default: json.RawMessage(`true`)},
			{Name: "rows", Label: "Rows at most", Type: api.FieldInt, Min: &one, Max: &many, Default: json.RawMessage(`100`)},
			{Name: "pause", Label: "Pause between", Type: api.FieldDuration},
			{Name: "backup", Label: "Who rolls back", Type: api.FieldUser},
			{Name: "regions", Label: "Regions", Type: api.FieldStrings, Allowed: []json.RawMessage{json.RawMessage(`"eu-west-1"`), json.RawMessage(`"us-east-1"`)}, Default: json.RawMessage(`["eu-west-1"]`)},
			{Name: "tickets", Label: "Tickets", Type: api.FieldStrings},
			{Name: "urgency", Label: "Urgency", Type: api.FieldString, Allowed: []json.RawMessage{json.RawMessage(`"Normal"`), json.RawMessage(`"Urgent"`)}, Default: json.RawMessage(`"Normal"`)},
			{Name: "token", Label: "One-time code", Type: api.FieldString, Sensitive: true},
		},
		Targets:          []api.Target{{ID: "crm", Label: "CRM (eu-west-1)"}, {ID: "ledger", Label: "Ledger (eu-west-1)"}},
		DurationsSeconds: []int{900, 3600}, RequireReason: []string{"request"},
		Rules: api.Rules{Mode: api.ModeLive, Approvers: []string{"group:sre", "group:security"}, TimeoutSeconds: 4 * 3600, Strategy: "lambda"},
	}
}

// waiting is a request of Linus that Ada may decide.
func waiting(id string) api.Request {
	r := pending(id)
	needed := true
	r.ETag, r.You = seen, &api.You{
		Approve: api.Allowed{May: true, Why: "You are in the group sre, which may decide this request.", ReasonRequired: new(bool)},
		Deny:    api.Allowed{May: true, Why: "You are in the group sre, which may decide this request.", ReasonRequired: &needed},
		Cancel:  api.Allowed{Why: "Only the requester can cancel a request."}, Revoke: api.Allowed{Why: "No access is active."},
	}
	r.FieldsShown = []api.FieldShown{
		{Name: "target", Label: "Access to", Type: api.FieldTarget, Value: json.RawMessage(`"prod-ro"`), Shown: "Production read-only"},
		{Name: "query", Label: "What will you run", Type: api.FieldText, Value: json.RawMessage(`"SELECT 1"`), Shown: "SELECT 1"},
	}
	r.Withheld, r.WithheldShown = []string{"token"}, []api.FieldName{{Name: "token", Label: "One-time code"}}
	r.Review.Seats = []api.Seat{
		{From: "group:sre", Count: 2, FilledBy: []api.Person{{ID: "grace@example.com", Email: "grace@example.com", Name: "Grace"}}, People: []api.Person{{ID: "ada@example.com", Name: "Ada"}}, More: true},
	}
	r.History = []api.Entry{
		{Seq: 1, Event: api.EventRequest, At: r.CreatedAt, Actor: api.Actor{Type: api.ActorUser, ID: "linus@example.com", Email: "linus@example.com"}, Channel: api.ChannelWeb, Status: api.StatusRequested, Reason: r.Reason, Hash: strings.Repeat("1a", 32), PayloadSHA256: strings.Repeat("aa", 32)},
		{Seq: 2, Event: api.EventForward, At: r.CreatedAt.Add(40 * time.Millisecond), Actor: api.Actor{Type: api.ActorHook, ID: "on_request"}, Channel: api.ChannelHook, Status: api.StatusPending, To: []string{"group:sre"}, HooksVersion: "13", Stored: []string{"person/count", "flow/safe"}, PrevHash: strings.Repeat("1a", 32), Hash: seen},
	}
	r.Delivery = []api.Delivery{
		{To: "group:sre", Person: "linus@example.com", By: "slack", At: now.Add(-time.Minute), State: api.DeliverySent},
		{To: "group:sre", Person: "grace@example.com", By: "slack", At: now.Add(-time.Minute), State: api.DeliverySkipped, Why: "no Slack user"},
	}
	return r
}

// live is a request of Ada's whose access is active, with output.
func live(id string) api.Request {
	r := active(id, "ada@example.com")
	r.ETag = seen
	r.You = &api.You{Approve: api.Allowed{Why: "The request is decided."}, Deny: api.Allowed{Why: "The request is decided."}, Cancel: api.Allowed{Why: "The request is decided."}, Revoke: api.Allowed{May: true, Why: "You hold the access."}}
	r.Access.Output = json.RawMessage(`{"user":"tmp_ada_1","url":"https://db.example.com/login","evil":"javascript:alert(1)","note":"line one\nline two"}`)
	r.Access.Sensitive = json.RawMessage(`{"password":"hunter2-of-ada"}`)
	r.History = waiting(id).History
	return r
}

// requestAnswers are [answers] with requests and the flow of the form.
func requestAnswers(r *http.Request) any {
	id := strings.Split(strings.TrimPrefix(r.URL.Path, "/requests/"), "/")[0]
	switch path := r.URL.Path; {
	case path == "/me":
		me := answers(r).(api.Me)
		if f := formFlow(); r.URL.Query().Get("flow") == f.Name {
			me.Flow = &f
		}
		return me
	case path == "/flows":
		list := answers(r).(api.FlowList)
		list.Flows[0].DurationsSeconds = []int{3600, 1800, 900, 14400}
		return api.FlowList{Flows: append(list.Flows, formFlow())}
	case strings.HasSuffix(path, "/options"):
		all := []api.Option{{Value: "C-1001", Label: "Acme Logistics"}, {Value: "C-1002", Label: "Borealis Bank"}}
		if r.URL.Query().Get("q") != "" {
			all = all[1:]
		}
		return api.OptionList{Options: all}
	case r.Method == "POST" && path == "/requests":
		return waiting("01JNEW")
	case strings.HasSuffix(path, "/explain"):
		return api.Explanation{ID: id, Flow: "aws-access", Status: api.StatusPending, Answer: "Still waits for the group sre.", Steps: []api.ExplainedStep{{Text: "Linus asked."}}, Errors: []string{}}
	case strings.HasSuffix(path, "/verify"):
		return api.Verification{ID: id, OK: true, CheckedAt: now, Head: seen, Entries: []api.VerifiedEntry{{Seq: 1, OK: true}, {Seq: 2, OK: true, SignedOn: "2026-11-27"}}}
	case id == "LIVE" && strings.HasPrefix(path, "/requests/"):
		return live(id)
	case id == "DECIDED" && strings.HasPrefix(path, "/requests/"):
		r := live(id)
		r.You = &api.You{}
		return r
	case strings.HasPrefix(path, "/requests/"):
		return waiting(id)
	}
	return answers(r)
}
