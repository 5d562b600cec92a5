package request_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
)

const extendFlows = `
flows:
  - name: prod
    requesters: %s
    on_behalf: {who: [desk@example.com], for: [ada@example.com]}
    admins: [root@example.com]
    require_reason: [request]
    fields: [{name: target, type: target, required: true}]
    targets: [{id: %s, settings: {function: f}}]
    durations: [1h]
    strategy: {type: lambda, function: %s}
    %s
directory: {people: [{email: ada@example.com}]}`

// extendCase is one call of POST /requests/{id}/extend.
type extendCase struct {
	who                                  string
	requesters, target, function, extend string
	body                                 string
	edit                                 func(r *run.Run)
	// newest is the newest extension so far, "" for none.
	newest run.Status
	status int
	detail string
}

func (tt extendCase) call(t *testing.T, s *table, headers ...string) (int, map[string]any) {
	t.Helper()
	or := func(s, def string) string {
		if s == "" {
			return def
		}
		return s
	}
	raw := fmt.Sprintf(extendFlows, or(tt.requesters, "[ada@example.com]"), or(tt.target, "db"), or(tt.function, "give"), or(tt.extend, "extend: {max_total: 3h, durations: [1h, 2h, 30m]}"))
	if tt.extend == "none" {
		raw = strings.Replace(raw, "    none\n", "", 1)
	}
	flows, err := flow.Parse("f", []byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	who := person(or(tt.who, "ada@example.com"))
	h := request.New(request.Deps{
		Flows: flows, Store: s, Executions: s, Now: func() time.Time { return extendNow }, HooksFunction: "hooks",
		Identify: identifier(who),
	})
	ev := httpapi.Event{RouteKey: "POST /requests/{id}/extend", PathParameters: map[string]string{"id": "01JDZZZZZZZZZZZZZZZZZZZZZZ"}, Body: tt.body, Headers: map[string]string{}}
	for i := 0; i+1 < len(headers); i += 2 {
		ev.Headers[headers[i]] = headers[i+1]
	}
	answer, err := h.Handle(t.Context(), ev)
	if err != nil {
		t.Fatal(err)
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(answer.Body), &body); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, body
}

var extendNow = time.Date(2026, 11, 23, 10, 50, 0, 0, time.UTC)

type identifier run.Person

func (i identifier) Identify(context.Context, httpapi.Event) (httpapi.Identity, error) {
	return httpapi.Identity{Person: run.Person(i)}, nil
}

// activeRun is access of ada's from 10:00 to 11:00.
func activeRun() *run.Run {
	at := extendNow.Add(-50 * time.Minute)
	r, _ := run.New(run.Draft{
		ID: "01JDZZZZZZZZZZZZZZZZZZZZZZ", Flow: run.Flow{Name: "prod", Admins: []string{"root@example.com"}, Strategy: json.RawMessage(`{"type":"lambda","function":"give"}`)},
		Requester: person("ada@example.com"), DurationSeconds: 3600, Channel: run.ViaAPI,
		Fields:    map[string]json.RawMessage{"target": json.RawMessage(`{"id":"db","label":"Database","settings":{"function":"f"}}`)},
		Sensitive: map[string]json.RawMessage{"pin": json.RawMessage(`"1"`)},
	}, at)
	r.Status, r.Engine.Next = run.Active, run.NextActive
	r.Access = &run.Access{StartsAt: at, EndsAt: at.Add(time.Hour)}
	return r
}

func TestExtend(t *testing.T) {
	forAda := func(r *run.Run) {
		beneficiary := person("ada@example.com")
		r.Requester, r.For = person("desk@example.com"), &beneficiary
	}
	next := map[run.Status]run.Next{run.Denied: run.NextDenied, run.Pending: run.NextReview, run.Approved: run.NextGrant, run.Active: run.NextActive}
	const body = `{"reason": "not done", "duration_seconds": 3600}`
	for name, tt := range map[string]extendCase{
		"by the requester":          {body: body, status: 201},
		"by the first duration":     {body: `{"reason": "not done"}`, status: 201},
		"by all that is left":       {body: `{"reason": "x", "duration_seconds": 7200}`, status: 201},
		"for whom it is":            {body: body, edit: forAda, status: 201},
		"by who requested for them": {body: body, who: "desk@example.com", edit: forAda, status: 201},
		"after one that was denied": {body: body, newest: run.Denied, status: 201},
		"of an extension": {body: body, status: 201, edit: func(r *run.Run) {
			r.Extends = &run.Extends{ID: "x", Number: 1, StartedAt: r.Access.StartsAt.Add(-time.Hour), EndsAt: r.Access.StartsAt}
		}},

		"beyond the total": {body: `{"reason": "x", "duration_seconds": 7200}`, status: 400, detail: "duration_seconds", edit: func(r *run.Run) {
			r.Extends = &run.Extends{ID: "x", Number: 1, StartedAt: r.Access.StartsAt.Add(-time.Hour), EndsAt: r.Access.StartsAt}
		}},
		"with nothing left of the total": {body: body, status: 409, detail: "extend.max_total", edit: func(r *run.Run) {
			r.Extends = &run.Extends{ID: "x", Number: 1, StartedAt: r.Access.StartsAt.Add(-2 * time.Hour), EndsAt: r.Access.StartsAt}
		}},
		"another duration":               {body: `{"reason": "x", "duration_seconds": 60}`, status: 400, detail: "duration_seconds"},
		"no reason":                      {body: `{"duration_seconds": 3600}`, status: 400, detail: "reason"},
		"an unknown member":              {body: `{"reason": "x", "fields": {}}`, status: 400, detail: "fields"},
		"a flow without the key":         {body: body, extend: "none", status: 409, detail: "no key extend"},
		"another person":                 {body: body, who: "root@example.com", status: 403, detail: "Only whose access it is"},
		"somebody who may not see it":    {body: body, who: "eve@example.com", status: 404},
		"no longer a requester":          {body: body, requesters: "[bob@example.com]", status: 403, detail: "no longer lets you"},
		"no longer for this person":      {body: body, who: "desk@example.com", status: 403, edit: func(r *run.Run) { forAda(r); r.For.ID, r.For.Email = "carol@example.com", "carol@example.com" }, detail: "for this person"},
		"a target that is gone":          {body: body, target: "other", status: 409, detail: `no longer has the target "db"`},
		"another strategy":               {body: body, function: "other", status: 409, detail: "in another way"},
		"access that was revoked":        {body: body, status: 409, detail: "was revoked", edit: func(r *run.Run) { r.Status, r.Engine.Next = run.Revoked, run.NextRevoked }},
		"access that is being revoked":   {body: body, status: 409, detail: "was revoked", edit: func(r *run.Run) { r.Engine.Next, r.Engine.Case = run.NextTakeBack, &run.Case{Event: run.Revoke} }},
		"access that was taken over":     {body: body, status: 409, detail: "goes on in request y", edit: func(r *run.Run) { r.Status, r.ExtendedBy = run.Ended, "y" }},
		"access that is not granted yet": {body: body, status: 409, detail: "No access is active", edit: func(r *run.Run) { r.Status = run.Approved }},
		"access that ends now":           {body: body, status: 409, detail: "has ended", edit: func(r *run.Run) { r.Access.EndsAt = extendNow.Add(time.Second) }},
		"while another is open":          {body: body, newest: run.Pending, status: 409, detail: "is open"},
		"while another is granted":       {body: body, newest: run.Approved, status: 409, detail: "is open"},
		"after another took it over":     {body: body, newest: run.Active, status: 409, detail: "Extend that one"},
	} {
		t.Run(name, func(t *testing.T) {
			s, r := newTable(), activeRun()
			if tt.edit != nil {
				tt.edit(r)
			}
			s.runs[r.ID] = r
			if tt.newest != "" {
				s.runs["N"], s.extensions[r.ID] = &run.Run{ID: "N", Status: tt.newest, Engine: run.Engine{Next: next[tt.newest]}}, "N"
			}
			status, got := tt.call(t, s)
			said, _ := json.Marshal(got)
			if status != tt.status || !strings.Contains(string(said), tt.detail) && !strings.Contains(fmt.Sprint(got["detail"]), tt.detail) {
				t.Fatalf("got %d %s", status, said)
			}
			if status != 201 {
				if len(s.started) > 0 {
					t.Error("something was started")
				}
				return
			}
			x := s.runs[got["id"].(string)]
			if x.Extends.ID != r.ID || !x.Extends.EndsAt.Equal(r.Access.EndsAt) || string(x.Fields["target"]) != string(r.Fields["target"]) || string(x.Sensitive["pin"]) != `"1"` || x.Holder().ID != "ada@example.com" {
				t.Errorf("it is %+v of %+v", x, x.Extends)
			}
			if len(s.started) != 1 {
				t.Errorf("started %v", s.started)
			}
		})
	}
}

// One key is one extension, and another body under it is refused.
func TestExtendAgain(t *testing.T) {
	s, r := newTable(), activeRun()
	s.runs[r.ID] = r
	tt := extendCase{body: `{"reason": "x"}`}
	first, one := tt.call(t, s, "idempotency-key", "k")
	second, two := tt.call(t, s, "idempotency-key", "k")
	if first != http.StatusCreated || second != http.StatusOK || one["id"] != two["id"] {
		t.Errorf("got %d %v, then %d %v", first, one["id"], second, two["id"])
	}
	tt.body = `{"reason": "y"}`
	if status, got := tt.call(t, s, "idempotency-key", "k"); status != http.StatusUnprocessableEntity || got["type"] != api.ProblemIdempotencyKeyReused {
		t.Errorf("another body: %d %v", status, got)
	}
	if status, got := tt.call(t, s); status != http.StatusConflict || got["type"] != api.ProblemNotExtendable {
		t.Errorf("a second extension: %d %v", status, got)
	}
}

// In Slack access is extended where its flow takes requests in Slack, today and when it was
// requested.
func TestExtendInSlack(t *testing.T) {
	said, err := slackcaller.Caller{Team: "T1", User: "U1", Email: "ada@example.com"}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{InvokedFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:fasttrack-engine-request:slack"})
	for name, tt := range map[string]struct {
		today, then run.SlackUse
		seconds     int
		status      int
	}{
		"decide":                    {run.SlackDecide, run.SlackDecide, 3600, 201},
		"ask":                       {run.SlackAsk, "", 3600, 201},
		"link":                      {run.SlackLink, run.SlackDecide, 3600, 403},
		"link when it was filed":    {run.SlackDecide, run.SlackLink, 3600, 403},
		"off":                       {run.SlackOff, run.SlackDecide, 3600, 404},
		"past the flow's max_total": {run.SlackDecide, run.SlackDecide, 3 * 3600, 400},
		"by a time of one's own":    {run.SlackDecide, run.SlackDecide, 60, 400},
	} {
		t.Run(name, func(t *testing.T) {
			raw := fmt.Sprintf(extendFlows, "[ada@example.com]", "db", "give", "extend: {max_total: 3h, durations: [1h, 2h, 30m]}\n    slack: "+string(tt.today))
			flows, err := flow.Parse("f", []byte(raw))
			if err != nil {
				t.Fatal(err)
			}
			s, r := newTable(), activeRun()
			r.Flow.Slack = tt.then
			s.runs[r.ID] = r
			h := request.New(request.Deps{
				Flows: flows, Store: s, Executions: s, Now: func() time.Time { return extendNow }, HooksFunction: "hooks", Identify: identifier(person("root@example.com")),
				Slack: &httpapi.Slack{Teams: []string{"T1"}, Identity: httpapi.SlackBound, Directory: flows.Directory, Links: adasAccount{}, Now: time.Now},
			})
			answer, err := h.Handle(ctx, httpapi.Event{
				RouteKey: "POST /requests/{id}/extend", PathParameters: map[string]string{"id": r.ID}, Headers: map[string]string{slackcaller.Header: said},
				Body: fmt.Sprintf(`{"reason": "not done", "duration_seconds": %d}`, tt.seconds),
			})
			if err != nil || answer.StatusCode != tt.status || len(s.started) != map[bool]int{true: 1}[tt.status == 201] {
				t.Errorf("got %d %s, started %v (%v)", answer.StatusCode, answer.Body, s.started, err)
			}
		})
	}
}

// adasAccount knows Ada's Slack account.
type adasAccount struct{}

func (adasAccount) LoadSlackLink(_ context.Context, team, user string) (run.SlackAccount, error) {
	return run.SlackAccount{Team: team, User: user, Email: "ada@example.com", Person: run.Person{ID: "ada@example.com", Email: "ada@example.com"}}, nil
}

func (adasAccount) SaveSlackLink(context.Context, run.SlackAccount) error {
	return errors.New("none is saved")
}
