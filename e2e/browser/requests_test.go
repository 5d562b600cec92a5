package browser

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

var (
	ada      = api.Person{ID: "ada@example.com", Email: "ada@example.com", Name: "Ada"}
	grace    = api.Person{ID: "grace@example.com", Email: "grace@example.com", Name: "Grace"}
	linus    = api.Person{ID: "linus@example.com", Email: "linus@example.com", Name: "Linus"}
	margaret = api.Person{ID: "margaret@example.com", Email: "margaret@example.com", Name: "Margaret"}
)

func user(p api.Person) api.Actor {
	return api.Actor{Type: api.ActorUser, ID: p.ID, Email: p.Email, Name: p.Name}
}

var (
	code   = api.Actor{Type: api.ActorHook, ID: "on_request"}
	engine = api.Actor{Type: api.ActorEngine}
)

var checks = []api.Check{
	{Name: "declared an emergency", Detail: "Urgency is Urgent"},
	{Name: "target is low risk", Detail: "Production administrator"},
	{Name: "ticket is open", Passed: true, Detail: "OPS-1342"},
}

// requestID returns the id of the request of that number.
func requestID(n int) string { return fmt.Sprintf("01KAV2MZ7Q0000000000000%03d", n) }

func yes(why string, reason bool) api.Allowed {
	return api.Allowed{May: true, Why: why, ReasonRequired: &reason}
}

func no(why string) api.Allowed { return api.Allowed{Why: why} }

// pending is a request of Ada's that Grace may decide.
func pending(n int) api.Request {
	filed := ago(12 * time.Minute)
	return api.Request{
		ID: requestID(n), Flow: "aws-access", FlowLabel: "AWS access", Title: "Production administrator", Status: api.StatusPending, Requester: ada,
		Fields: map[string]json.RawMessage{"target": raw(map[string]string{"id": "prod-admin", "label": "Production administrator"}), "urgency": raw("Urgent"), "ticket": raw("OPS-1342")},
		FieldsShown: []api.FieldShown{
			{Name: "target", Label: "Access to", Type: api.FieldTarget, Value: raw("prod-admin"), Shown: "Production administrator"},
			{Name: "urgency", Label: "Urgency", Type: api.FieldString, Value: raw("Urgent"), Shown: "Urgent"},
			{Name: "ticket", Label: "Ticket", Type: api.FieldString, Value: raw("OPS-1342"), Shown: "OPS-1342"},
		},
		Reason:    "Checkout answers 502 since the 14:00 release. I want to read the load balancer's logs, and roll back if it is the new pool.",
		CreatedAt: filed, UpdatedAt: filed, DurationSeconds: 4 * 3600,
		Review: &api.Review{
			Approvers: []string{"group:sre"}, Approvals: api.Approvals{{Count: 1}}, ApprovedBy: []api.Person{},
			ExpiresAt: now.Add(48 * time.Minute), Checks: slices.Clone(checks),
			Seats: []api.Seat{{From: "group:sre", Count: 1, FilledBy: []api.Person{}, People: []api.Person{grace, linus}}},
		},
		You: &api.You{
			Approve: yes("You are in the group sre, which decides this flow.", false), Deny: yes("You are in the group sre, which decides this flow.", true),
			Cancel: no("Only Ada can cancel this request."), Revoke: no("No access is active."),
		},
		WaitingFor: []api.WaitingFor{{From: api.AnyApprover, Count: 1, People: []string{"grace@example.com", "linus@example.com"}, Have: []string{}}},
		ETag:       hash(10*n + 1),
		History: []api.Entry{
			{Seq: 1, Event: api.EventRequest, At: filed, Actor: user(ada), Channel: api.ChannelWeb, Status: api.StatusRequested, PayloadSHA256: hash(999), FlowVersion: "5d0c7c9a1b2e", Hash: hash(10 * n),
				Reason: "Checkout answers 502 since the 14:00 release. I want to read the load balancer's logs, and roll back if it is the new pool."},
			{Seq: 2, Event: api.EventForward, At: filed.Add(21 * time.Millisecond), Actor: engine, Channel: api.ChannelEngine, Status: api.StatusPending, To: []string{"group:sre"}, Checks: checks, HooksVersion: "17", PrevHash: hash(10 * n), Hash: hash(10*n + 1)},
		},
	}
}

// then adds an entry to a request's history.
func then(r api.Request, at time.Time, event api.EventName, by api.Actor, status api.Status, reason string) api.Request {
	last := r.History[len(r.History)-1]
	next := api.Entry{Seq: last.Seq + 1, Event: event, At: at, Actor: by, Channel: api.ChannelWeb, Status: status, Reason: reason, PrevHash: last.Hash, Hash: hash(1000*last.Seq + len(reason))}
	r.History = append(r.History[:len(r.History):len(r.History)], next)
	r.Status, r.UpdatedAt, r.ETag, r.WaitingFor = status, at, next.Hash, nil
	return r
}

// nothing is what nobody may do to a request that is over.
func nothing(why string) *api.You {
	return &api.You{Approve: no(why), Deny: no(why), Cancel: no(why), Revoke: no("No access is active.")}
}

// own is a request of Grace's own, which waits for others.
func own(n int) api.Request {
	r := pending(n)
	r.Requester, r.Title = grace, "Billing read-only"
	r.Reason = "The invoice 88231 was charged twice."
	r.History[0].Actor, r.History[0].Reason = user(grace), r.Reason
	r.You = &api.You{
		Approve: no("You can't approve your own request."), Deny: no("You can't deny your own request."),
		Cancel: yes("You made this request.", false), Revoke: no("No access is active."),
	}
	return r
}

// denied is a request that Linus denied.
func denied(n int) api.Request {
	r := then(pending(n), ago(5*time.Minute), api.EventDeny, user(linus), api.StatusDenied, "Please use the read-only role for this.")
	r.Decision = &api.Decision{Event: api.EventDeny, Reason: "Please use the read-only role for this.", By: user(linus), At: ago(5 * time.Minute), Checks: checks}
	r.You = nothing("The request is denied.")
	return r
}

// active is a request that code approved, whose access is open.
func active(n int, mine bool) api.Request {
	r := pending(n)
	r.Review = nil
	r.Title = "Production read-only"
	r.FieldsShown[0].Shown = "Production read-only"
	passed := []api.Check{{Name: "target is low risk", Passed: true, Detail: "Production read-only"}, {Name: "ticket is open", Passed: true, Detail: "OPS-1342"}}
	r.History = r.History[:1]
	r = then(r, ago(12*time.Minute), api.EventApprove, code, api.StatusApproved, "Production read-only is low risk, and OPS-1342 is open.")
	r.Decision = &api.Decision{Event: api.EventApprove, Reason: "Production read-only is low risk, and OPS-1342 is open.", By: code, At: ago(12 * time.Minute), Checks: passed}
	r = then(r, ago(11*time.Minute), api.EventEscalate, engine, api.StatusActive, "")
	r.DurationSeconds = 3600
	r.Access = &api.Access{StartsAt: ago(11 * time.Minute), EndsAt: now.Add(49 * time.Minute), Given: "The group has the member."}
	r.You = nothing("The request is approved.")
	r.You.Revoke = yes("You are an admin of this flow.", true)
	if mine {
		r.Requester = grace
		r.History[0].Actor = user(grace)
		r.You.Revoke = yes("It is your access.", false)
		r.Access.Output = raw(map[string]string{"user": "tmp_grace_1", "instructions": "Sign in with the read-only profile.", "url": "https://console.example.com/billing"})
	}
	return r
}

// ended is a request whose access is over.
func ended(n int) api.Request {
	r := then(active(n, false), ago(2*time.Minute), api.EventDeescalate, engine, api.StatusEnded, "")
	r.Access.EndsAt, r.Access.GoneAt, r.Access.Gone = ago(3*time.Minute), ago(2*time.Minute), "The group no longer has the member."
	r.You = nothing("The request is over.")
	return r
}

// stuck is a request whose access can't be ended.
func stuck(n int) api.Request {
	r := active(n, false)
	r.Access.EndsAt, r.Access.DeescalationFailing = ago(3*time.Minute), true
	r.Access.Error, r.Access.RetryAt = "iam: RemoveUserFromGroup: AccessDenied", now.Add(time.Minute)
	r.LastError = &api.LastError{At: ago(time.Minute), Where: "take_back", Text: "iam: RemoveUserFromGroup: AccessDenied", NextTryAt: now.Add(time.Minute)}
	return r
}

// checking is a request that code looks at.
func checking(n int) api.Request {
	r := pending(n)
	r.Status, r.Review, r.WaitingFor, r.History = api.StatusRequested, nil, nil, r.History[:1]
	r.You = nothing("Code still looks at the request.")
	return r
}

// threshold is a request that needs two teams, of which one has approved.
func threshold(n int) api.Request {
	r := then(pending(n), ago(4*time.Minute), api.EventApprove, user(margaret), api.StatusPending, "Seen. Masked data only.")
	r.Flow, r.FlowLabel, r.Title = "customer-data", "Customer data", "CRM (eu-west-1)"
	r.Review.Approvers = []string{"group:sre", "group:security"}
	r.Review.Approvals = api.Approvals{{From: "group:security", Count: 1}, {From: "group:sre", Count: 1}}
	r.Review.ApprovedBy = []api.Person{margaret}
	r.Review.Seats = []api.Seat{
		{From: "group:security", Count: 1, FilledBy: []api.Person{margaret}, People: []api.Person{}},
		{From: "group:sre", Count: 1, FilledBy: []api.Person{}, People: []api.Person{grace, linus}},
	}
	r.Delivery = []api.Delivery{
		{To: "group:sre", Person: "linus@example.com", By: "slack", Seq: 2, At: ago(11 * time.Minute), State: api.DeliverySent},
		{To: "group:sre", Person: "grace@example.com", By: "slack", Seq: 2, At: ago(11 * time.Minute), State: api.DeliverySkipped, Why: "no Slack user"},
		{To: "group:security", Person: "margaret@example.com", By: "mail", Seq: 2, At: ago(11 * time.Minute), State: api.DeliveryFailed, Why: "the mailbox is full"},
	}
	r.WaitingFor = []api.WaitingFor{{From: "group:sre", Count: 1, People: []string{"grace@example.com", "linus@example.com"}, Have: []string{}}}
	r.You.Approve = yes("You are in the group sre, of which one must approve.", true)
	return r
}
