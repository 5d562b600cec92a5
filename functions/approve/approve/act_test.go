package approve_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/fasttrack-dev/fasttrack/functions/approve/approve"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi/openapitest"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// world stands for the table and Step Functions: waking has functions/record apply
// the acts, unless it is asleep.
type world struct {
	mu     sync.Mutex
	run    *run.Run
	acts   []run.Act
	asleep bool
	wake   error
	answer string // of the hook
	who    run.Person
	now    time.Time
	today  *run.Today
	// granting is what comes of granting access anew; nil leaves it to be done.
	granting func(*run.Run) (run.Hold, *engine.Failure)
}

func (w *world) Identify(context.Context, httpapi.Event) (httpapi.Identity, error) {
	p := w.who
	p.Principal = cmp.Or(p.Principal, p.ID)
	return httpapi.Identity{Person: p}, nil
}

func (w *world) Link(_ context.Context, p run.Person) (run.Person, error) { return p, nil }

func (w *world) Load(_ context.Context, id string) (*run.Run, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if id != w.run.ID {
		return nil, store.ErrNotFound
	}
	return w.run, nil
}

func (w *world) LoadAll(ctx context.Context, id string) (store.Record, error) {
	r, err := w.Load(ctx, id)
	return store.Record{Run: r, Acts: w.acts}, err
}

func (w *world) AddAct(_ context.Context, _ *run.Run, a run.Act) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.acts = append(w.acts, a)
	return nil
}

func (w *world) SendTaskSuccess(context.Context, *sfn.SendTaskSuccessInput, ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error) {
	if !w.asleep {
		w.step(nil)
		if w.run.Engine.Next == run.NextHook && w.answer != "" {
			w.step(&engine.HookResponse{Body: json.RawMessage(w.answer)})
		}
		if w.run.Confirming() && w.granting != nil {
			w.apply(w.granting(w.run))
		}
	}
	return nil, w.wake
}

func (w *world) step(heard *engine.HookResponse) { w.decide(engine.Step{Response: heard}) }

func (w *world) apply(hold run.Hold, failure *engine.Failure) {
	w.decide(engine.Step{Hold: hold, Failure: failure})
}

func (w *world) decide(s engine.Step) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s.ID, s.Turn, s.Acts, s.Today, s.HooksVersion = run.NewID(time.Now()), w.run.Engine.Turn, w.acts, w.today, "1"
	next, _, err := engine.Decide(w.run, s, w.now)
	if err != nil {
		panic(err)
	}
	w.run = next
}

var grace = run.Person{ID: "grace@example.com", Email: "grace@example.com", Groups: []string{"sre"}}

// pending makes a world with a run that waits for people.
func pending(t testing.TB, subscriptions string) *world {
	t.Helper()
	r, err := run.New(run.Draft{ID: run.NewID(start), Channel: run.ViaAPI, Requester: run.Person{ID: "ada@example.com", Email: "ada@example.com"}, Flow: run.Flow{
		Name: "f", Hooks: "h", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"}, RequireReason: []run.EventName{run.Deny},
		Review: run.ReviewRule{Approvers: []string{"group:sre"}, Viewers: []string{"viewer@example.com"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600},
	}}, start)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{run: r, who: grace, now: start.Add(time.Minute)}
	w.step(&engine.HookResponse{Body: json.RawMessage(`{"subscriptions":[` + subscriptions + `]}`), Version: "1"})
	w.run.Engine.Token = "token"
	return w
}

// do acts on the world's run, or on another id.
func (w *world) do(t *testing.T, event, body string, headers ...string) (int, map[string]any) {
	t.Helper()
	api := approve.New(approve.Deps{Identify: w, Store: w, StepFunctions: w, Today: w.today, Now: func() time.Time { return w.now }})
	api.Log = slog.New(slog.DiscardHandler)
	ev := httpapi.Event{RouteKey: "POST /requests/{id}/" + event, Body: body, PathParameters: map[string]string{"id": w.run.ID}, Headers: map[string]string{}}
	for i := 0; i < len(headers); i += 2 {
		ev.Headers[headers[i]] = headers[i+1]
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	got, err := api.Handle(ctx, ev)
	if err != nil {
		t.Fatal(err)
	}
	document, err := openapitest.Read(request.OpenAPI())
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Check("POST", "/requests/{id}/"+event, got.StatusCode, got.Headers["content-type"], []byte(got.Body)); err != nil {
		t.Error(err)
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(got.Body), &out); err != nil {
		t.Fatalf("%s: %v", got.Body, err)
	}
	return got.StatusCode, out
}

func TestActs(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*world)
		event  string
		body   string
		status int
		detail string
	}{
		"approve":               {nil, "approve", `{}`, 200, ""},
		"deny":                  {nil, "deny", `{"reason":"no"}`, 200, ""},
		"deny without a reason": {nil, "deny", `{}`, 400, "errors"},
		"deny with blanks":      {nil, "deny", `{"reason":" \u00a0\u3000\n"}`, 400, "errors"},
		"deny turned round":     {nil, "deny", `{"reason":"no\u202eon"}`, 400, "errors"},
		"deny in lines":         {nil, "deny", `{"reason":"not\nnow"}`, 200, ""},
		"somebody else's":       {func(w *world) { w.who = run.Person{ID: "eve"} }, "approve", `{}`, 404, "Unknown request"},
		"a viewer":              {func(w *world) { w.who = run.Person{ID: "viewer@example.com"} }, "approve", `{}`, 403, "not an approver"},
		"the requester":         {func(w *world) { w.who = w.run.Requester; w.who.Groups = []string{"sre"} }, "approve", `{}`, 403, "own request"},
		"cancel":                {func(w *world) { w.who = w.run.Requester }, "cancel", `{}`, 200, ""},
		"cancel by another":     {nil, "cancel", `{}`, 403, "Only the requester"},
		"withdraw": {func(w *world) {
			w.run.Review.Approvals = []run.Requirement{{Count: 2}}
			w.acts = []run.Act{{ID: "0", Event: run.Approve, Person: grace, Channel: run.ViaAPI, At: start}}
			w.step(nil)
		}, "withdraw", `{"reason":"wrong account"}`, 200, `"approved_by":[]`},
		"withdraw too late": {func(w *world) {
			w.acts = []run.Act{{ID: "0", Event: run.Approve, Person: grace, Channel: run.ViaAPI, At: start}}
			w.step(nil)
		}, "withdraw", `{}`, 409, "approved already: approved by grace@example.com"},
		"withdraw as another approves": {func(w *world) {
			w.run.Review.Approvals = []run.Requirement{{Count: 2}}
			w.acts = []run.Act{{ID: "0", Event: run.Approve, Person: grace, Channel: run.ViaAPI, At: start}}
			w.step(nil)
			w.acts = append(w.acts, run.Act{ID: "1", Event: run.Approve, Person: run.Person{ID: "root@example.com", Email: "root@example.com"}, Channel: run.ViaAPI, At: start})
		}, "withdraw", `{}`, 409, "approved already: approved by root@example.com"},
		"withdraw nothing":     {nil, "withdraw", `{}`, 403, "no approval"},
		"withdraw an override": {nil, "withdraw", `{"override":true}`, 400, "override"},
		"no duration to cut":   {nil, "approve", `{"duration_seconds":60}`, 400, "errors"},
		"not known in time":    {func(w *world) { w.asleep = true }, "approve", `{}`, 202, ""},
		"the token is gone":    {func(w *world) { w.wake = &types.TaskTimedOut{} }, "approve", `{}`, 200, ""},
		"Step Functions fails": {func(w *world) { w.wake, w.asleep = errors.New("x"), true }, "approve", `{}`, 202, ""},
		"after another won": {func(w *world) {
			w.acts = []run.Act{{ID: "0", Event: run.Deny, Person: grace, Channel: run.ViaAPI, At: start}}
			w.step(nil)
		}, "approve", `{}`, 409, "denied already"},
		"another wins meanwhile": {func(w *world) {
			w.acts = []run.Act{{ID: "0", Event: run.Deny, Person: grace, Channel: run.ViaAPI, At: start}}
		}, "approve", `{}`, 409, "denied already"},
		"too many by one": {func(w *world) {
			for i := range 10 {
				w.acts = append(w.acts, run.Act{ID: fmt.Sprint(i), Person: grace, At: w.now})
			}
		}, "approve", `{}`, 429, "ten times"},
		"too many in all": {func(w *world) {
			for i := range run.MaxActs {
				w.acts = append(w.acts, run.Act{ID: fmt.Sprintf("%03d", i), Person: run.Person{ID: fmt.Sprint(i % 20)}, At: start})
			}
		}, "approve", `{}`, 429, "as many actions"},
		"too many by one in all": {func(w *world) {
			for i := range run.MaxActsOfPerson {
				w.acts = append(w.acts, run.Act{ID: fmt.Sprintf("%03d", i), Person: grace, At: start.Add(-time.Hour)})
			}
		}, "approve", `{}`, 429, "30 times"},
		"too many by another": {func(w *world) {
			w.asleep = true
			for i := range run.MaxActs {
				w.acts = append(w.acts, run.Act{ID: fmt.Sprintf("%03d", i), Person: run.Person{ID: "eve"}, At: start})
			}
		}, "approve", `{}`, 202, ""},
		"an admin after all others": {func(w *world) {
			w.asleep, w.who = true, run.Person{ID: "root@example.com"}
			for i := range run.MaxActs {
				w.acts = append(w.acts, run.Act{ID: fmt.Sprintf("%03d", i), Person: run.Person{ID: fmt.Sprint(i % 20)}, At: start})
			}
		}, "deny", `{"reason":"no"}`, 202, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := pending(t, "")
			if tc.change != nil {
				tc.change(w)
			}
			status, out := w.do(t, tc.event, tc.body)
			raw, _ := json.Marshal(out)
			if status != tc.status || !strings.Contains(string(raw), tc.detail) {
				t.Errorf("got %d %s, want %d with %q", status, raw, tc.status, tc.detail)
			}
		})
	}
}

func TestAHooksMessage(t *testing.T) {
	w := pending(t, `"on_approve"`)
	w.answer = `{"transition":"ignore","message":"You are not authorized to approve this request."}`
	if status, out := w.do(t, "approve", `{}`); status != 403 || out["detail"] != "You are not authorized to approve this request." {
		t.Errorf("got %d %v", status, out)
	}
}

// An approve that is sent again under its key is the first one, also when
// on_approve made access shorter than it asks for.
func TestAKeyOutlivesItsEffect(t *testing.T) {
	w := pending(t, `"on_approve"`)
	w.run.Flow.Strategy, w.run.DurationSeconds = json.RawMessage(`{"type":"lambda"}`), 3600
	w.answer = `{"transition":"approve","duration_seconds":900}`
	for range 2 {
		if status, out := w.do(t, "approve", `{"duration_seconds":1800}`, "idempotency-key", "k"); status != 200 || out["duration_seconds"] != 900.0 {
			t.Fatalf("got %d %v", status, out)
		}
	}
}

func TestActsWithOneKey(t *testing.T) {
	w := pending(t, "")
	for range 2 {
		if status, out := w.do(t, "approve", `{"reason":"a"}`, "idempotency-key", "k"); status != 200 || out["status"] != "approved" {
			t.Fatalf("got %d %v", status, out)
		}
	}
	if len(w.acts) != 1 {
		t.Errorf("%d acts were stored, want 1", len(w.acts))
	}
	if status, _ := w.do(t, "approve", `{"reason":"b"}`, "idempotency-key", "k"); status != 422 {
		t.Errorf("another act under the key: %d, want 422", status)
	}
	for _, body := range []string{`{"reason":"a","because":"b"}`, `{"reason":"a"`, `{"reason":7}`, `{"reason":"a","duration_seconds":"1h"}`} {
		if status, out := w.do(t, "approve", body, "idempotency-key", "k"); status != 400 {
			t.Errorf("%s under the key: %d %v, want 400", body, status, out)
		}
	}
	if status, _ := w.do(t, "approve", `{}`, "idempotency-key", strings.Repeat("k", 256)); status != 400 {
		t.Errorf("a long key: %d, want 400", status)
	}
}

// An act that comes while the hook still runs is stored, and answered as
// accepted.
func TestAnActBeforeThereIsAToken(t *testing.T) {
	w := pending(t, "")
	w.run.Engine.Token = ""
	if status, _ := w.do(t, "approve", `{}`); status != 202 || len(w.acts) != 1 {
		t.Errorf("got %d and %d acts, want 202 and the act stored", status, len(w.acts))
	}
}

// The history shows the channel that the caller states, and keeps the first of a key.
func TestStatedChannel(t *testing.T) {
	w := pending(t, "")
	if status, body := w.do(t, "approve", "", "fasttrack-channel", "slack"); status != 400 || len(w.acts) != 0 {
		t.Errorf("a false channel: %d %v", status, body)
	}
	if status, body := w.do(t, "approve", "", "fasttrack-channel", "web", "idempotency-key", "k"); status != 200 {
		t.Fatalf("%d %v", status, body)
	}
	if status, body := w.do(t, "approve", "", "idempotency-key", "k"); status != 200 || len(w.acts) != 1 {
		t.Errorf("the same key by another channel: %d %v", status, body)
	}
	if last := w.run.History[len(w.run.History)-1]; last.Channel != run.ViaWeb {
		t.Errorf("the channel is %q", last.Channel)
	}
}
