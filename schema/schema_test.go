// Package schema_test holds the JSON Schemas against the code that writes and
// reads what they describe.
package schema_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, v any) error {
	t.Helper()
	raw, ok := v.([]byte)
	if !ok {
		var err error
		if raw, err = json.Marshal(v); err != nil {
			t.Fatal(err)
		}
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

func newRun(t *testing.T) *run.Run {
	t.Helper()
	r, err := run.New(run.Draft{
		ID: run.NewID(start), Requester: run.Person{ID: "ada@example.com", Email: "ada@example.com", Groups: []string{"x"}}, Channel: run.ViaAPI, Reason: "why",
		Flow: run.Flow{
			Name: "f", Label: "F", Vars: json.RawMessage(`{"a":1}`), Hooks: "hooks", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"}, Strategy: json.RawMessage(`{"type":"lambda"}`),
			Review: run.ReviewRule{Approvers: []string{"group:sre"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600},
		},
		Fields:          map[string]json.RawMessage{"target": json.RawMessage(`{"id":"p","label":"P","settings":{"x":1}}`)},
		Sensitive:       map[string]json.RawMessage{"pin": json.RawMessage(`"1"`)},
		DurationSeconds: 3600,
	}, start)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// respond plays the response of the hook that is called.
func respond(t *testing.T, r *run.Run, answer []byte) *run.Run {
	t.Helper()
	next, _, err := engine.Decide(r, engine.Step{ID: run.NewID(time.Now()), Turn: r.Engine.Turn, Response: &engine.HookResponse{Body: answer}}, start.Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// What the engine asks fits the schema, and the SDK answers what fits.
func TestAskedAndAnswered(t *testing.T) {
	asked, answered := compile(t, "hook-asked.v1.json"), compile(t, "hook-answer.v1.json")
	flows := hook.Flows{"*": {
		OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
			e.Check("a", true, "")
			return hook.Continue(), nil
		},
		GetPermissions: func(context.Context, *hook.Event) (hook.Permissions, error) {
			return hook.Permissions{Approvers: []string{}}, nil
		},
		GetNotifications: func(context.Context, *hook.Event) ([]hook.Notification, error) {
			return []hook.Notification{{To: []string{"x"}}}, nil
		},
		AfterRequest: func(context.Context, *hook.Event) (hook.FromAfterRequest, error) {
			return hook.Approve("a").For(time.Minute), nil
		},
		OnApprove: func(context.Context, *hook.Event) (hook.FromApprove, error) { return nil, nil },
	}}
	r := newRun(t)
	for n := 0; r.Engine.Next == run.NextHook; n++ {
		doc, err := stepfn.NewDocument(r, start, json.RawMessage(`{"diff.txt":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, asked, doc.Hook.Invocation); err != nil {
			t.Errorf("%s is asked what does not fit: %v", r.Engine.Hook, err)
		}
		raw, err := json.Marshal(doc.Hook.Invocation)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := flows.Respond(t.Context(), raw)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, answered, []byte(answer)); err != nil {
			t.Errorf("%s answers %s, which does not fit: %v", r.Engine.Hook, answer, err)
		}
		r = respond(t, r, answer)
		if n > 20 {
			t.Fatal("it does not end")
		}
	}
	if r.Status != run.Pending {
		t.Errorf("the failing on_approve left the run %s", r.Status)
	}
	event := compile(t, "event.v1.json")
	for _, e := range r.History {
		detail := api.Event{ID: r.ID + "-1", Type: api.EventTypeRun + string(e.Event), Time: e.At, Request: r.Summary().View, Entry: e}
		if err := validate(t, event, detail); err != nil {
			t.Errorf("an event does not fit: %v", err)
		}
	}
}

// What is left of a request after an erasure fits the schema, as fasttrack events prints it,
// and so does the entry that records the erasure.
func TestEventsOfAnErasedRequest(t *testing.T) {
	denied := newRun(t)
	for n := 0; denied.Engine.Next == run.NextHook && n < 5; n++ {
		answer := `{"subscriptions":["on_request"],"reason":"not today"}`
		if denied.Engine.Hook == "on_request" {
			answer = `{"subscriptions":["on_request"],"transition":"deny","reason":"not today"}`
		}
		denied = respond(t, denied, []byte(answer))
	}
	r, changed, _, err := run.Erase(denied, run.Names{"ada@example.com"}, nil, start.Add(time.Hour))
	if err != nil || !changed {
		t.Fatalf("erased: %v, %v of a request that is %s", changed, err, denied.Status)
	}
	event := compile(t, "event.v1.json")
	for _, e := range r.History {
		detail := api.Event{ID: fmt.Sprintf("%s-%d", r.ID, e.Seq), Type: api.EventTypeRun + string(e.Event), Time: e.At, Request: r.Summary().View, Entry: e}
		if err := validate(t, event, detail); err != nil {
			t.Errorf("%s does not fit: %v", e.Event, err)
		}
	}
	if last := r.History[len(r.History)-1]; last.Event != run.Erased {
		t.Errorf("the last entry is %s", last.Event)
	}
}

// The event that access fails fits its schema.
func TestAccessFailing(t *testing.T) {
	r := newRun(t)
	r.Engine.Next, r.Access = run.NextPause, &run.Access{Error: "AWS is away", FailedAt: r.CreatedAt, RetryAt: r.CreatedAt, Warned: 3}
	detail := api.Event{ID: r.WarningID(), Type: api.EventTypeAccessFailing, Time: r.CreatedAt, Request: r.Summary().View, To: []string{"ada@example.com"}}
	if err := validate(t, compile(t, "access-failing.v1.json"), detail); err != nil {
		t.Error(err)
	}
	r.Status, r.Engine.Next = run.Active, run.NextActive
	confirm := api.Event{ID: r.WarningID(), Type: api.EventTypeAccessFailing, Time: r.CreatedAt, Request: r.Summary().View, To: []string{"ada@example.com"}}
	if err := validate(t, compile(t, "access-failing.v1.json"), confirm); err != nil || confirm.Request.LastError.Where != "confirm" {
		t.Errorf("%q: %v", confirm.Request.LastError.Where, err)
	}
	if got := detail.Request.LastError.EventID; got != detail.ID || got != r.ID+"-failing-3" {
		t.Errorf("the request names the event %s, which is %s", got, detail.ID)
	}
}

// The events of what became of a change of rules fit their schema.
func TestRulesEvents(t *testing.T) {
	r := newRun(t)
	r.Review = &run.Review{ApprovedBy: []run.Approval{{Person: run.Person{ID: "grace@example.com"}}}}
	schema := compile(t, "rules.v1.json")
	for _, o := range []api.RulesOutcome{{Version: 2}, {Why: "it is stale"}} {
		e := deliver.RulesEvent(r, o, start)
		if err := validate(t, schema, e); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
		if want := []string{"ada@example.com", "grace@example.com"}; !slices.Equal(e.To, want) {
			t.Errorf("to %v, want %v", e.To, want)
		}
	}
	if err := validate(t, schema, deliver.RulesEvent(r, api.RulesOutcome{}, start)); err == nil {
		t.Error("an event that says neither a version nor why fits")
	}
}

// The engine takes the examples that fit, and no other.
func TestAnswerExamples(t *testing.T) {
	schema := compile(t, "hook-answer.v1.json")
	for _, kind := range []string{"valid", "invalid"} {
		files, err := filepath.Glob("examples/hook-answer/" + kind + "/*.json")
		if err != nil || len(files) == 0 {
			t.Fatalf("no examples: %v", err)
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if fits := validate(t, schema, raw); (fits == nil) != (kind == "valid") {
				t.Errorf("%s: the schema says %v", file, fits)
			}
			r := respond(t, newRun(t), raw)
			failed := r.Review != nil && len(r.Review.Errors) > 0
			if failed != (kind == "invalid") {
				t.Errorf("%s: the engine's errors are %+v", file, r.Review)
			}
		}
	}
}
