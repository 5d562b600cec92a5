// Package people plays the API and the engine's decisions with logins, addresses,
// directory and flows that change, and holds what comes of it against a model of
// its own of who is who and who may do what.
package people

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/approve/approve"
	"github.com/fasttrack-dev/fasttrack/functions/record/record"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

const issuer = "https://idp"

// world is the functions over one table, under the flows.yaml of now.
type world struct {
	tb    failer
	table *store.Store
	file  *flow.File
	now   time.Time
	steps int
}

// failer ends a check.
type failer interface {
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// token is what a login presents: its subject, and the address and groups that
// the issuer says it has now.
type token struct {
	sub, address string
	groups       []string
}

func (k token) principal() string { return issuer + "|" + k.sub }

func (k token) event(route, id, body string) httpapi.Event {
	claims := map[string]any{"iss": issuer, "sub": k.sub, "iat": 1, "groups": k.groups}
	if k.address != "" {
		claims["email"], claims["email_verified"] = k.address, true
	}
	payload, _ := json.Marshal(claims) // of strings
	ev := httpapi.Event{RouteKey: route, Body: body, PathParameters: map[string]string{"id": id}}
	if route == "GET /requests" {
		ev.QueryStringParameters = map[string]string{"view": id, "limit": "100"}
	}
	ev.Headers = map[string]string{"authorization": "Bearer h." + base64.RawURLEncoding.EncodeToString(payload) + ".s"}
	ev.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: map[string]string{"iss": issuer, "sub": k.sub, "iat": "1"}},
	}
	return ev
}

// call makes one call of the API.
func (w *world) call(k token, route, id, body string) (int, string) {
	identify, err := httpapi.NewIdentifier(httpapi.Config{Mode: "JWT", JwtIssuer: issuer, JwtGroupsClaim: "groups"}, w.file.Directory, httpapi.Roles{})
	if err != nil {
		w.tb.Fatal(err)
	}
	w.now = w.now.Add(time.Second)
	api := request.New(request.Deps{Flows: w.file, Identify: identify, Store: w.table, Executions: w, HooksFunction: "hooks", Now: w.clock, Log: slog.New(slog.DiscardHandler)})
	if _, there := api.Routes[route]; !there {
		api = approve.New(approve.Deps{Identify: identify, Flows: w.file, Today: w.file.Today(), Store: w.table, StepFunctions: w, Now: w.clock})
		api.Log = slog.New(slog.DiscardHandler)
	}
	got, err := api.Handle(context.Background(), k.event(route, id, body))
	if err != nil || got.StatusCode >= 500 {
		w.tb.Fatalf("%s: %d %s (%v)", route, got.StatusCode, got.Body, err)
	}
	return got.StatusCode, got.Body
}

// shown is what a response says that concerns the caller.
type shown struct {
	ID  string
	You struct {
		Approve, Deny, Cancel, Revoke, Withdraw struct {
			May bool
			Why string
			// ReasonRequired is nil where the action may not be taken.
			ReasonRequired *bool `json:"reason_required"`
		}
	}
	WaitingFor []api.WaitingFor `json:"waiting_for"`
	ETag       string
}

func (s shown) may(event string) bool {
	return map[string]bool{"approve": s.You.Approve.May, "deny": s.You.Deny.May, "cancel": s.You.Cancel.May, "revoke": s.You.Revoke.May, "withdraw": s.You.Withdraw.May}[event]
}

// shown reads a request; what the caller may not see shows nothing.
func (w *world) shown(k token, id string) shown {
	var s shown
	status, body := w.call(k, "GET /requests/{id}", id, "")
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		w.tb.Fatal(err)
	}
	if status == 200 && (s.ETag == "" || s.WaitingFor == nil || s.You.Approve.Why == "" || s.You.Deny.Why == "" || s.You.Cancel.Why == "" || s.You.Revoke.Why == "") {
		w.tb.Fatalf("shown without etag, waiting_for or why: %s", body)
	}
	return s
}

// list reads the first page of a list.
func (w *world) list(k token, view string) []shown {
	var page struct{ Runs []shown }
	status, body := w.call(k, "GET /requests", view, "")
	if err := json.Unmarshal([]byte(body), &page); err != nil || status != 200 {
		w.tb.Fatalf("view=%s: %d %s", view, status, body)
	}
	return page.Runs
}

func (w *world) clock() time.Time { return w.now }

func (w *world) load(id string) *run.Run {
	r, err := w.table.Load(context.Background(), id)
	if err != nil {
		w.tb.Fatal(err)
	}
	return r
}

// step does one step of the state machine.
func (w *world) step(operation, id string, heard *engine.HookResponse) {
	w.steps++
	h := record.New(record.Deps{
		Store: w.table, Bus: w, Waker: w, Today: w.file.Today, Now: w.clock, Log: slog.New(slog.DiscardHandler),
		HooksFunction: "hooks", Serves: func(context.Context) (string, error) { return "7", nil },
	})
	_, err := h.Handle(context.Background(), step.RecordRequest{
		Version: 2, Operation: operation, RunID: id, Execution: id, Turn: engine.PresentTurn(w.load(id)), Response: heard, Token: id,
		Step: step.ID{State: operation, EnteredAt: w.now.Add(time.Duration(w.steps) * time.Nanosecond)},
	})
	if err != nil {
		w.tb.Fatal(err)
	}
}

// Start has on_request leave a new request to people, and parks the wait.
func (w *world) Start(_ context.Context, id string, _ []byte) error {
	w.step("decide", id, &engine.HookResponse{Body: json.RawMessage(`{"subscriptions":["on_request"]}`), Version: "7"})
	w.park(id)
	return nil
}

func (w *world) park(id string) {
	if w.load(id).Engine.Next == run.NextReview {
		w.step("park", id, nil)
	}
}

// SendTaskSuccess wakes the request whose id is the token.
func (w *world) SendTaskSuccess(_ context.Context, in *sfn.SendTaskSuccessInput, _ ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error) {
	return nil, w.Wake(context.Background(), *in.TaskToken)
}

// Wake is SendTaskSuccess for functions/record.
func (w *world) Wake(_ context.Context, id string) error {
	w.step("decide", id, nil)
	w.park(id)
	return nil
}

// Publish drops events.
func (w *world) Publish(context.Context, []api.Event) error { return nil }
