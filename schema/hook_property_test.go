package schema_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

const answerSchema = "hook-answer.v1.json"

// allHooks are the names of hooks, each of which has a definition in
// hook-answer.v1.json.
func allHooks(t *testing.T) []string {
	t.Helper()
	raw, err := hook.Flows{"*": everyHook(func() any { return nil })}.Respond(t.Context(), hooktest.Invocation())
	if err != nil {
		t.Fatal(err)
	}
	var a struct{ Subscriptions []string }
	if err := json.Unmarshal(raw, &a); err != nil {
		t.Fatal(err)
	}
	if len(a.Subscriptions) != 19 {
		t.Fatalf("there are %d hooks: %q", len(a.Subscriptions), a.Subscriptions)
	}
	return append(a.Subscriptions, "prefetch")
}

// returning returns what draw draws as the outcome of a hook: an error if it draws
// one, or something of another type.
func returning[T any](draw func() any) func(context.Context, *hook.Event) (T, error) {
	return func(_ context.Context, e *hook.Event) (T, error) {
		// What an author may do with any event.
		e.Fields.Target(e.Fields.String("a")).Settings.Strings("b")
		e.Context.Lookup("diff.txt")
		e.Step("on_request").Decode(new(map[string]any))
		e.Recent()
		e.Check("looked", e.ByHook(), e.Actor("request").Email)
		for range 5 {
			if outcome, ok := draw().(T); ok {
				return outcome, nil
			}
		}
		var none T
		return none, errors.New("it drew something else\x00")
	}
}

func after(draw func() any) func(context.Context, *hook.Event) error {
	return func(context.Context, *hook.Event) error { err, _ := draw().(error); return err }
}

func everyHook(draw func() any) hook.Hooks {
	return hook.Hooks{
		OnRequest: returning[hook.FromRequest](draw), GetPermissions: returning[hook.Permissions](draw), GetNotifications: returning[[]hook.Notification](draw),
		AfterRequest: returning[hook.FromAfterRequest](draw), OnApprove: returning[hook.FromApprove](draw), AfterApprove: after(draw),
		OnDeny: returning[hook.FromDeny](draw), AfterDeny: after(draw), OnExpire: returning[hook.FromExpire](draw), AfterExpire: after(draw),
		AfterCancel: after(draw), OnEscalate: returning[hook.FromEscalate](draw), AfterEscalate: returning[hook.FromAfterEscalate](draw), WhileActive: returning[hook.FromActive](draw),
		OnDeescalate: returning[hook.FromDeescalate](draw), AfterDeescalate: after(draw), OnRevoke: returning[hook.FromRevoke](draw),
		AfterRevoke: after(draw), AfterFail: after(draw),
		Prefetch: map[string]func(context.Context, *hook.Search) ([]hook.Option, error){
			"a": func(context.Context, *hook.Search) ([]hook.Option, error) {
				o, _ := draw().([]hook.Option)
				return o, nil
			},
		},
	}
}

// outcomes draws what hooks return: right things and wrong ones.
func outcomes(t *rapid.T) any {
	text := rapid.OneOf(rapid.Just(""), rapid.String(), rapid.SampledFrom([]string{"a@example.com", "group:sre", "everyone", "admins", "line\nbreak"})).Draw(t, "text")
	list := rapid.SliceOfN(rapid.SampledFrom([]string{text, "root@example.com", "group:a", "x"}), 0, 3).Draw(t, "list")
	n := rapid.IntRange(-2, 30).Draw(t, "n")
	check := hook.Check{Name: text, Passed: n > 3, Detail: text}
	return rapid.SampledFrom([]any{
		hook.Approve(text), hook.Approve(text).Because(check).For(time.Duration(n) * time.Second / 2), hook.Deny(text).Because(check, check),
		hook.Ignore(text), hook.Expire(text), hook.Escalate(text), hook.Deescalate(text), hook.Revoke(text), errors.New(text),
		hook.Permissions{Approvers: list, Viewers: list, SelfApproval: new(n > 3), TimeoutSeconds: n},
		hook.Permissions{Approvals: []hook.Requirement{{From: text, Count: n}, {Count: 1}}},
		[]hook.Notification{{To: list, WaitSeconds: n}}, []hook.Notification{}, []hook.Option{{Value: text, Label: text}}, []hook.Option{{Value: "x"}},
		hook.Continue(), nil,
	}).Draw(t, "outcome")
}

// anyJSON draws a JSON value.
func anyJSON(t *rapid.T, depth int) any {
	kinds := 5
	if depth > 0 {
		kinds = 7
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(t, "bool")
	case 2:
		return rapid.Float64Range(-1e18, 1e18).Draw(t, "number")
	case 3:
		return rapid.IntRange(-10, 100000).Draw(t, "int")
	case 4:
		return rapid.String().Draw(t, "string")
	case 5:
		var list []any
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			list = append(list, anyJSON(t, depth-1))
		}
		return list
	}
	object := map[string]any{}
	for range rapid.IntRange(0, 3).Draw(t, "members") {
		object[rapid.SampledFrom([]string{"a", "b", "id", "email", "label", "settings", "diff.txt", "at"}).Draw(t, "name")] = anyJSON(t, depth-1)
	}
	return object
}

// spoil replaces a part of a document, but not the name of the hook.
func spoil(t *rapid.T, document map[string]any) {
	type place struct {
		in   map[string]any
		name string
	}
	var places []place
	var walk func(in map[string]any)
	walk = func(in map[string]any) {
		for _, name := range slices.Sorted(maps.Keys(in)) {
			if inner, ok := in[name].(map[string]any); ok {
				walk(inner)
			}
			places = append(places, place{in, name})
		}
	}
	walk(document)
	p := rapid.SampledFrom(places).Draw(t, "place")
	if p.name != "hook" {
		p.in[p.name] = anyJSON(t, 3)
	}
}

// Whatever the event and whatever hooks return, nothing panics, and the response
// is one that the schema allows for the hook, within its size.
func TestEveryAnswerFitsTheSchema(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	schemas := map[string]*jsonschema.Schema{}
	names := allHooks(t)
	for _, name := range names {
		s, err := compiler.Compile(answerSchema + "#/$defs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		schemas[name] = s
	}
	decided, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "hook")
		var document map[string]any
		if err := json.Unmarshal(hooktest.Invocation(hooktest.Hook(name), hooktest.Context(map[string]any{"diff.txt": "x"}), hooktest.Field("a", "b"),
			hooktest.Target("b", "p", "P", map[string]any{"b": []string{"c"}}), hooktest.Recent(hook.Recent{}), hooktest.Step("on_request", 1)), &document); err != nil {
			t.Fatal(err)
		}
		document["field"] = "a"
		if rapid.Bool().Draw(t, "spoilt") {
			spoil(t, document)
		}
		raw, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		out, err := hook.Flows{"*": everyHook(func() any { return outcomes(t) })}.Respond(context.Background(), raw)
		if err != nil {
			refused++
			return
		}
		if len(out) > 64<<10 {
			t.Fatalf("the answer has %d bytes", len(out))
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
		if err != nil {
			t.Fatalf("the answer is no JSON: %v\n%s", err, out)
		}
		if err := schemas[name].Validate(value); err != nil {
			t.Fatalf("%s was answered to %s: %v", out, raw, err)
		}
		if value.(map[string]any)["transition"] != nil {
			decided++
		}
	})
	if decided == 0 || refused == 0 {
		t.Errorf("%d decided and %d were not understood: both are to be tried", decided, refused)
	}
}
