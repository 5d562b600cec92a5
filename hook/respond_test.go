package hook_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// asked returns the JSON document of an invocation.
func asked(hookName, more string) string {
	return `{"version":"1","hook":"` + hookName + `","timeout_seconds":1,"later":"ignored",
		"event":{"name":"request","at":"2026-11-23T10:00:00Z","channel":"api","actor":{"type":"user","id":"ada@example.com","email":"ada@example.com","groups":["sre"]},"reason":"now"},
		"run":{"id":"01J","status":"requested","flow":{"name":"f","label":"F","vars":{"n":3,"list":["a"]}},"requester":{"id":"ada@example.com","email":"ada@example.com"},
		"reason":"why","duration_seconds":3600,"actors":{"request":{"type":"user","id":"ada@example.com"}},
		"fields":{"s":"x","i":7,"b":true,"d":60,"l":["a","b"],"t":{"id":"p","label":"P","settings":{"low_risk":true}}},
		"sensitive":["pin"],"history":[{"seq":1,"event":"request"}],"steps":{"on_request":{"a":1}}` + more + `}}`
}

// ask returns the decoded response of hooks.
func ask(t *testing.T, h hook.Hooks, hookName, more string) map[string]any {
	t.Helper()
	raw, err := hook.Flows{"f": h}.Respond(t.Context(), json.RawMessage(asked(hookName, more)))
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]any
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func same(t *testing.T, got map[string]any, want string) {
	t.Helper()
	var w map[string]any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, w) {
		raw, _ := json.Marshal(got)
		t.Errorf("got %s\nwant %s", raw, want)
	}
}

func TestOutcomes(t *testing.T) {
	check := hook.Check{Name: "on call", Passed: true}
	for name, tc := range map[string]struct {
		hooks hook.Hooks
		asked string
		want  string
	}{
		"approve": {hook.Hooks{OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) {
			return hook.Approve("yes").Because(check).For(30 * time.Minute), nil
		}}, "on_request", `{"version":"1","transition":"approve","reason":"yes","duration_seconds":1800,"checks":[{"name":"on call","passed":true}],"subscriptions":["on_request"]}`},
		"deny": {hook.Hooks{OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) {
			return hook.Deny("no").Because(check), nil
		}}, "on_request", `{"version":"1","transition":"deny","reason":"no","checks":[{"name":"on call","passed":true}],"subscriptions":["on_request"]}`},
		"continue":      {hook.Hooks{AfterRequest: func(context.Context, *hook.Event) (hook.FromAfterRequest, error) { return hook.Continue(), nil }}, "after_request", `{"version":"1","subscriptions":["after_request"]}`},
		"ignore":        {hook.Hooks{OnApprove: func(context.Context, *hook.Event) (hook.FromApprove, error) { return hook.Ignore("not you"), nil }}, "on_approve", `{"version":"1","transition":"ignore","message":"not you","subscriptions":["on_approve"]}`},
		"on_deny":       {hook.Hooks{OnDeny: func(context.Context, *hook.Event) (hook.FromDeny, error) { return hook.Deny("better"), nil }}, "on_deny", `{"version":"1","transition":"deny","reason":"better","subscriptions":["on_deny"]}`},
		"expire":        {hook.Hooks{OnExpire: func(context.Context, *hook.Event) (hook.FromExpire, error) { return hook.Expire("late"), nil }}, "on_expire", `{"version":"1","transition":"expire","reason":"late","subscriptions":["on_expire"]}`},
		"escalate":      {hook.Hooks{OnEscalate: func(context.Context, *hook.Event) (hook.FromEscalate, error) { return hook.Escalate("go"), nil }}, "on_escalate", `{"version":"1","transition":"escalate","reason":"go","subscriptions":["on_escalate"]}`},
		"deescalate":    {hook.Hooks{OnDeescalate: func(context.Context, *hook.Event) (hook.FromDeescalate, error) { return hook.Deescalate("end"), nil }}, "on_deescalate", `{"version":"1","transition":"deescalate","reason":"end","subscriptions":["on_deescalate"]}`},
		"revoke":        {hook.Hooks{AfterEscalate: func(context.Context, *hook.Event) (hook.FromAfterEscalate, error) { return hook.Revoke("stop"), nil }}, "after_escalate", `{"version":"1","transition":"revoke","reason":"stop","subscriptions":["after_escalate"]}`},
		"while_active":  {hook.Hooks{WhileActive: func(context.Context, *hook.Event) (hook.FromActive, error) { return hook.Revoke("over"), nil }}, "while_active", `{"version":"1","transition":"revoke","reason":"over","subscriptions":["while_active"]}`},
		"on_revoke":     {hook.Hooks{OnRevoke: func(context.Context, *hook.Event) (hook.FromRevoke, error) { return hook.Ignore("keep"), nil }}, "on_revoke", `{"version":"1","transition":"ignore","message":"keep","subscriptions":["on_revoke"]}`},
		"an after-hook": {hook.Hooks{AfterApprove: func(context.Context, *hook.Event) error { return nil }}, "after_approve", `{"version":"1","subscriptions":["after_approve"]}`},
		"none there":    {hook.Hooks{}, "on_request", `{"version":"1","subscriptions":[]}`},
	} {
		t.Run(name, func(t *testing.T) { same(t, ask(t, tc.hooks, tc.asked, ""), tc.want) })
	}
}

// forged embeds an outcome, and so has its marker methods.
type forged struct{ hook.Escalation }

func TestFailuresAreTold(t *testing.T) {
	request := func(f func(e *hook.Event) (hook.FromRequest, error)) hook.Hooks {
		return hook.Hooks{OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) { return f(e) }}
	}
	for name, tc := range map[string]struct {
		hooks hook.Hooks
		asked string
		want  string
	}{
		"an error": {request(func(*hook.Event) (hook.FromRequest, error) {
			return hook.Approve("x"), errors.New("PagerDuty did not respond: 503")
		}), "on_request", "PagerDuty did not respond: 503"},
		"a panic":           {request(func(*hook.Event) (hook.FromRequest, error) { panic("oh") }), "on_request", "panic: oh"},
		"a goroutine ended": {request(func(*hook.Event) (hook.FromRequest, error) { runtime.Goexit(); return nil, nil }), "on_request", "without returning"},
		"a hang":            {request(func(*hook.Event) (hook.FromRequest, error) { time.Sleep(time.Minute); return nil, nil }), "on_request", "did not return within 1s"},
		"nothing returned":  {request(func(*hook.Event) (hook.FromRequest, error) { return nil, nil }), "on_request", "no outcome"},
		"a forged outcome":  {hook.Hooks{OnEscalate: func(context.Context, *hook.Event) (hook.FromEscalate, error) { return forged{}, nil }}, "on_escalate", "no outcome"},
		"a long reason":     {request(func(*hook.Event) (hook.FromRequest, error) { return hook.Approve(strings.Repeat("x", 2001)), nil }), "on_request", "2001 characters"},
		"a lone return":     {request(func(*hook.Event) (hook.FromRequest, error) { return hook.Approve("a\rb"), nil }), "on_request", "control character U+000D"},
		"half a second":     {request(func(*hook.Event) (hook.FromRequest, error) { return hook.Approve("a").For(500 * time.Millisecond), nil }), "on_request", "whole seconds"},
		"no time at all":    {request(func(*hook.Event) (hook.FromRequest, error) { return hook.Approve("a").For(0), nil }), "on_request", "whole seconds"},
		"a large output": {request(func(e *hook.Event) (hook.FromRequest, error) {
			e.Output(strings.Repeat("x", 9<<10))
			return hook.Approve("a"), nil
		}), "on_request", "more than 8192"},
		"an after-hook": {hook.Hooks{AfterDeny: func(context.Context, *hook.Event) error { return errors.New("no mail") }}, "after_deny", "no mail"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ask(t, tc.hooks, tc.asked, "")
			errs, _ := got["errors"].([]any)
			if len(errs) != 1 {
				t.Fatalf("got %v, want one error", got)
			}
			e := errs[0].(map[string]any)
			if e["hook"] != tc.asked || !strings.Contains(e["error"].(string), tc.want) {
				t.Errorf("told %v, want %q of %s", e, tc.want, tc.asked)
			}
			if got["transition"] != nil || got["reason"] != nil {
				t.Errorf("a failed hook decided: %v", got)
			}
		})
	}
}

// The reducers run with on_request, each for itself, unless it decided.
func TestReducersInOneInvocation(t *testing.T) {
	hooks := func(outcome hook.FromRequest, err error) hook.Hooks {
		return hook.Hooks{
			OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) { return outcome, err },
			GetPermissions: func(context.Context, *hook.Event) (hook.Permissions, error) {
				return hook.Permissions{Approvers: []string{"group:sre"}, Approvals: []hook.Requirement{{Count: 2}}, TimeoutSeconds: 60}, nil
			},
			GetNotifications: func(context.Context, *hook.Event) ([]hook.Notification, error) { return nil, errors.New("no list") },
		}
	}
	const subscriptions = `"subscriptions":["on_request","get_permissions","get_notifications"]`
	const permissions = `"permissions":{"approvers":["group:sre"],"viewers":[],"approvals":[{"count":2}],"timeout_seconds":60}`
	same(t, ask(t, hooks(hook.Continue(), nil), "on_request", ""), `{"version":"1",`+permissions+`,"errors":[{"hook":"get_notifications","error":"no list"}],`+subscriptions+`}`)
	same(t, ask(t, hooks(hook.Approve("a"), nil), "on_request", ""), `{"version":"1","transition":"approve","reason":"a",`+subscriptions+`}`)
	same(t, ask(t, hooks(nil, errors.New("x")), "on_request", ""), `{"version":"1",`+permissions+`,"errors":[{"hook":"on_request","error":"x"},{"hook":"get_notifications","error":"no list"}],`+subscriptions+`}`)
	same(t, ask(t, hooks(hook.Deny("d"), nil), "get_permissions", ""), `{"version":"1",`+permissions+`,"errors":[{"hook":"get_notifications","error":"no list"}],`+subscriptions+`}`)
}

func TestFlowsWithoutTheirOwn(t *testing.T) {
	approve := func(reason string) hook.Hooks {
		return hook.Hooks{OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) { return hook.Approve(reason), nil }}
	}
	for name, tc := range map[string]struct {
		flows hook.Flows
		want  string
	}{
		"its own":  {hook.Flows{"f": approve("own"), "*": approve("all")}, `"reason":"own"`},
		"the rest": {hook.Flows{"g": approve("g"), "*": approve("all")}, `"reason":"all"`},
	} {
		raw, err := tc.flows.Respond(t.Context(), json.RawMessage(asked("on_request", "")))
		if err != nil || !strings.Contains(string(raw), tc.want) {
			t.Errorf("%s: got %s (%v), want %s", name, raw, err, tc.want)
		}
	}
}

func TestWhatAnEventTells(t *testing.T) {
	var seen *hook.Event
	h := hook.Hooks{
		OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
			seen = e
			list, _ := e.Flow.Vars.Lookup("n")
			copy(list, "0") // its own copy
			e.Check("looked", false, "at it")
			e.Output(map[string]int{"a": 2})
			return hook.Continue(), nil
		},
		GetPermissions: func(_ context.Context, e *hook.Event) (hook.Permissions, error) {
			if e.Flow.Vars.Int("n") != 3 {
				return hook.Permissions{}, errors.New("the event of another hook was changed")
			}
			return hook.Permissions{}, nil
		},
	}
	got := ask(t, h, "on_request", `,"context":{"diff.txt":"x","n":1}`)
	same(t, got, `{"version":"1","checks":[{"name":"looked","passed":false,"detail":"at it"}],"output":{"a":2},"permissions":{"approvers":[],"viewers":[]},"subscriptions":["on_request","get_permissions"]}`)
	e := seen
	if e.User.Email != "ada@example.com" || e.Requester.Email != "ada@example.com" || e.Actor("request").ID != "ada@example.com" || e.ByHook() || e.Reason != "now" || e.Run.Reason != "why" || e.Run.Duration != time.Hour || e.Run.Withheld[0] != "pin" || len(e.Run.History) != 1 {
		t.Errorf("event is %+v", e)
	}
	f := e.Fields
	if f.String("s") != "x" || f.Int("i") != 7 || !f.Bool("b") || f.Duration("d") != time.Minute || len(f.Strings("l")) != 2 || f.Target("t").Label != "P" || !f.Target("t").Settings.Bool("low_risk") {
		t.Errorf("fields are %+v", f)
	}
	if _, there := f.Lookup("pin"); there || f.String("none") != "" || f.Int("s") != 0 || f.Target("none").ID != "" {
		t.Error("what is absent, withheld or of another type reads as something")
	}
	var step struct{ A int }
	if !e.Step("on_request").Decode(&step) || step.A != 1 || e.Step("on_approve").Decode(&step) {
		t.Errorf("step is %+v", step)
	}
	if v, there := e.Context.Lookup("diff.txt"); !there || v != "x" {
		t.Errorf("context is %q %v", v, there)
	}
	if v, there := e.Context.Lookup("n"); there {
		t.Errorf("a number reads as the text %q", v)
	}
}

// Neither a missing context nor one of another form reads as an empty text.
func TestMissingContext(t *testing.T) {
	for more, want := range map[string]bool{
		``: false, `,"context":null`: false, `,"context":{}`: false, `,"context":"x"`: false, `,"context":{"diff.txt":null}`: false,
		`,"context":{"diff.txt":["+++ b/main.tf"]}`: false, `,"context":{"diff.txt":""}`: true,
	} {
		ask(t, hook.Hooks{OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
			if _, there := e.Context.Lookup("diff.txt"); there != want {
				t.Errorf("%q: there is %v, want %v", more, there, want)
			}
			return hook.Continue(), nil
		}}, "on_request", more)
	}
}

func TestWhatIsNotUnderstood(t *testing.T) {
	for _, in := range []string{``, `null`, `[]`, `{"version":"2","hook":"on_request"}`, `{"version":"1"}`, `{"version":1}`, `{"version":"1","hook":"on_request","run":7}`} {
		if raw, err := (hook.Flows{}).Respond(t.Context(), json.RawMessage(in)); err == nil {
			t.Errorf("%s was answered: %s", in, raw)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(asked("on_request", "")))
	f.Add([]byte(`{"version":"1","hook":"on_request"}`))
	flows := hook.Flows{"*": {OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
		e.Fields.Target("t").Settings.Strings("x")
		e.Context.Lookup("a")
		return hook.Approve(e.Run.Reason), nil
	}}}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if out, err := flows.Respond(t.Context(), raw); err == nil && !json.Valid(out) {
			t.Fatalf("the answer is no JSON: %s", out)
		}
	})
}
