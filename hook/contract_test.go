package hook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

// with adds members to the document of a hook event.
func with(t *testing.T, document, members string) json.RawMessage {
	t.Helper()
	out := json.RawMessage(strings.TrimSuffix(document, "}") + "," + members + "}")
	if !json.Valid(out) {
		t.Fatalf("not JSON: %s", out)
	}
	return out
}

func onRequest(f func(e *hook.Event)) hook.Hooks {
	return hook.Hooks{OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
		f(e)
		return hook.Approve("fine"), nil
	}}
}

const declares = `"flow":{"name":"f","fields":["s","pin"],"vars_declared":["n","list"],"version":"0a1b2c"}`

// Reading a name that the flow does not declare fails the hook: a misspelt name
// would read as an absent value, without a word.
func TestAnUndeclaredNameFailsTheHook(t *testing.T) {
	for name, tc := range map[string]struct {
		read func(e *hook.Event)
		want string // part of the error, "" for none
	}{
		"declared":                    {func(e *hook.Event) { e.Fields.String("s"); e.Flow.Vars.Int("n") }, ""},
		"declared, absent":            {func(e *hook.Event) { e.Fields.Lookup("pin") }, ""},
		"a target's settings":         {func(e *hook.Event) { e.Fields.Target("s").Settings.Bool("any") }, ""},
		"a field":                     {func(e *hook.Event) { e.Fields.String("urgncy") }, `flow "f" has no field "urgncy"; it declares s, pin`},
		"looked up":                   {func(e *hook.Event) { e.Fields.Lookup("S") }, `no field "S"`},
		"another type":                {func(e *hook.Event) { e.Fields.Target("traget") }, `no field "traget"`},
		"a list":                      {func(e *hook.Event) { e.Fields.Strings("lst") }, `no field "lst"`},
		"a var":                       {func(e *hook.Event) { e.Flow.Vars.String("pagerduty") }, `flow "f" has no var "pagerduty"; it declares n, list`},
		"a var, looked up":            {func(e *hook.Event) { e.Flow.Vars.Lookup("N") }, `no var "N"`},
		"in a goroutine":              {func(e *hook.Event) { done := make(chan int); go func() { e.Fields.Int("x"); close(done) }(); <-done }, `no field "x"`},
		"the output of no known hook": {func(e *hook.Event) { e.Step("on_requst") }, `unknown step "on_requst"`},
		"the actor of no known event": {func(e *hook.Event) { e.Actor("aproved") }, `unknown event "aproved"`},
		"a known hook":                {func(e *hook.Event) { e.Step("on_approve"); e.Step("escalate"); e.Actor("deny") }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := hook.Flows{"f": onRequest(tc.read)}.Respond(t.Context(), with(t, asked("on_request", ""), declares))
			if err != nil {
				t.Fatal(err)
			}
			var got answered
			if err := json.Unmarshal(raw, &got); err != nil {
				t.Fatal(err)
			}
			if tc.want != "" {
				fails(t, got, "on_request", tc.want)
			} else if got.Transition != "approve" || len(got.Errors) > 0 {
				t.Errorf("got %s", raw)
			}
		})
	}
	// An older engine declares nothing, so nothing can be checked.
	if got := answers(t, t.Context(), onRequest(func(e *hook.Event) { e.Fields.String("urgncy"); e.Flow.Vars.Int("x") }), json.RawMessage(asked("on_request", ""))); got.Transition != "approve" {
		t.Errorf("with an older engine: %+v", got)
	}
	// A flow without fields declares an empty list.
	none := with(t, asked("on_request", ""), `"flow":{"name":"f","fields":[],"vars_declared":[]}`)
	fails(t, answers(t, t.Context(), onRequest(func(e *hook.Event) { e.Fields.String("s") }), none), "on_request", "it declares none")
}

// The options of a field are looked up by the same rule.
func TestAnUndeclaredNameFailsPrefetch(t *testing.T) {
	for _, read := range []func(s *hook.Search){func(s *hook.Search) { s.Fields.String("x") }, func(s *hook.Search) { s.Flow.Vars.String("x") }} {
		h := hook.Hooks{Prefetch: map[string]func(context.Context, *hook.Search) ([]hook.Option, error){
			"schedule": func(_ context.Context, s *hook.Search) ([]hook.Option, error) {
				read(s)
				return []hook.Option{{Value: fmt.Sprint(s.Trial())}}, nil
			},
		}}
		raw, err := hook.Flows{"f": h}.Respond(t.Context(), with(t, askedPrefetch, `"trial":true,`+declares))
		if err != nil || !strings.Contains(string(raw), `"x\"; it declares`) || strings.Contains(string(raw), `"value"`) {
			t.Errorf("got %s (%v)", raw, err)
		}
	}
}

// In a test of a hook the mistake is seen where it is made.
func TestAnUndeclaredNamePanicsInTests(t *testing.T) {
	for name, read := range map[string]func(e *hook.Event){
		"field": func(e *hook.Event) { e.Fields.String("urgncy") },
		"var":   func(e *hook.Event) { e.Flow.Vars.String("urgncy") },
	} {
		func() {
			defer func() {
				if v := recover(); v == nil || !strings.Contains(fmt.Sprint(v), "urgncy") {
					t.Errorf("%s: recovered %v", name, v)
				}
			}()
			e := hooktest.Event(hooktest.Field("urgency", "Normal"), hooktest.DeclareFields("urgency"), hooktest.DeclareVars("team"))
			if e.Fields.String("urgency") != "Normal" || e.Flow.Vars.String("team") != "" {
				t.Errorf("%s: a declared name does not read", name)
			}
			read(e)
		}()
	}
}

// An event of a flow that the function has no hooks for fails, unless "*" stands
// for the rest: a flow that was renamed in flows.yaml alone would lose its guard.
func TestAnUnknownFlowFails(t *testing.T) {
	for _, document := range []string{asked("on_request", ""), asked("on_approve", ""), askedPrefetch} {
		raw, err := hook.Flows{"g": {}, "h": {}}.Respond(t.Context(), json.RawMessage(document))
		if err == nil || !strings.Contains(err.Error(), `flow "f" has no hooks in this function, which has hooks for g, h`) {
			t.Errorf("got %s (%v)", raw, err)
		}
		if raw, err := (hook.Flows{"g": {}, "*": {}}).Respond(t.Context(), json.RawMessage(document)); err != nil {
			t.Errorf(`with "*": %s (%v)`, raw, err)
		}
	}
}

// A response has no member that the engine does not accept. An engine that does
// not say so is one of version 1.0.
func TestAResponseHasOnlyWhatTheEngineAccepts(t *testing.T) {
	flows := hook.Flows{"f": onRequest(func(e *hook.Event) { e.Check("looked", true, "") }), "*": {}}
	for name, tc := range map[string]struct{ accepts, want string }{
		"1.0":            {`"later":1`, `{"version":"1","transition":"approve","reason":"fine","checks":[{"name":"looked","passed":true}],"subscriptions":["on_request"]}`},
		"this one":       {`"accepts":["transition","reason","message","duration_seconds","checks","permissions","notifications","output","subscriptions","errors","flows"]`, `{"version":"1","transition":"approve","reason":"fine","checks":[{"name":"looked","passed":true}],"subscriptions":["on_request"],"flows":["*","f"]}`},
		"little":         {`"accepts":["transition","errors","later"]`, `{"version":"1","transition":"approve"}`},
		"null is absent": {`"accepts":null`, `{"version":"1","transition":"approve","reason":"fine","checks":[{"name":"looked","passed":true}],"subscriptions":["on_request"]}`},
	} {
		raw, err := flows.Respond(t.Context(), with(t, asked("on_request", ""), tc.accepts))
		if err != nil || string(raw) != tc.want {
			t.Errorf("%s: got %s (%v), want %s", name, raw, err, tc.want)
		}
	}
	// What decides, limits or reports a failure is never left out in silence.
	for _, h := range []hook.Hooks{
		onRequest(func(*hook.Event) {}), onRequest(func(*hook.Event) { panic("oh") }),
		{GetPermissions: func(context.Context, *hook.Event) (hook.Permissions, error) {
			return hook.Permissions{TimeoutSeconds: 60}, nil
		}},
	} {
		if raw, err := (hook.Flows{"f": h}).Respond(t.Context(), with(t, asked("on_request", ""), `"accepts":["reason"]`)); err == nil {
			t.Errorf("got %s", raw)
		}
	}
}

// The version of an event is "1", or that of a newer engine within it.
func TestVersionsOfAnEvent(t *testing.T) {
	for version, known := range map[string]bool{"1": true, "1.0": true, "1.1": true, "1.27": true, "2": false, "0": false, "": false, "1.": false, "1.x": false, "10": false, "1.1.1": false, "01": false} {
		document := strings.Replace(asked("on_request", ""), `"version":"1"`, `"version":"`+version+`"`, 1)
		raw, err := hook.Flows{"*": {}}.Respond(t.Context(), json.RawMessage(document))
		if (err == nil) != known {
			t.Errorf("version %q: got %s (%v)", version, raw, err)
		}
	}
}

// Without a hook that is called, a function says which flows it has hooks for.
func TestFlowsOfAFunction(t *testing.T) {
	raw, err := hook.Flows{"b": {}, "a": {}}.Respond(t.Context(), json.RawMessage(`{"version":"1","hook":"none","accepts":["flows","subscriptions"],"run":{"flow":{"name":"x"}}}`))
	if want := `{"version":"1","subscriptions":[],"flows":["a","b"]}`; err != nil || string(raw) != want {
		t.Errorf("got %s (%v), want %s", raw, err, want)
	}
}

// An event says whether it is a trial, and the version of its flow.
func TestTrial(t *testing.T) {
	for _, trial := range []bool{true, false} {
		var got bool
		var version string
		document := with(t, asked("on_request", ""), fmt.Sprintf(`"trial":%v,%s`, trial, declares))
		answers(t, t.Context(), onRequest(func(e *hook.Event) { got, version = e.Trial(), e.Flow.Version }), document)
		if got != trial || version != "0a1b2c" {
			t.Errorf("Trial is %v, the version %q; want %v", got, version, trial)
		}
	}
	if e := hooktest.Event(hooktest.Trial()); !e.Trial() {
		t.Error("hooktest.Trial makes no trial")
	}
}

// hook.Keep alone keeps the flow's list. nil, as a lookup that failed leaves it,
// is the empty list.
func TestOnlyKeepKeeps(t *testing.T) {
	for name, tc := range map[string]struct {
		permissions hook.Permissions
		want        string
	}{
		"nil":         {hook.Permissions{}, `{"approvers":[],"viewers":[]}`},
		"empty":       {hook.Permissions{Approvers: []string{}}, `{"approvers":[],"viewers":[]}`},
		"keep":        {hook.Permissions{Approvers: hook.Keep, Viewers: hook.Keep, TimeoutSeconds: 60}, `{"timeout_seconds":60}`},
		"one of them": {hook.Permissions{Approvers: hook.Keep, Viewers: []string{"everyone"}}, `{"viewers":["everyone"]}`},
	} {
		h := hook.Hooks{GetPermissions: func(context.Context, *hook.Event) (hook.Permissions, error) { return tc.permissions, nil }}
		raw, err := hook.Flows{"f": h}.Respond(t.Context(), json.RawMessage(asked("get_permissions", "")))
		if err != nil || !strings.Contains(string(raw), `"permissions":`+tc.want+`,"subscriptions"`) {
			t.Errorf("%s: got %s (%v), want %s", name, raw, err, tc.want)
		}
	}
}

// A response that names 1,000 people with the longest addresses fits beside its
// event into what Step Functions carries; one beside a larger event fails.
func TestAThousandApprovers(t *testing.T) {
	people := make([]string, 1000)
	for i := range people {
		people[i] = fmt.Sprintf("%064d@%s.com", i, strings.Repeat("d", 254-64-5))
	}
	h := hook.Hooks{GetPermissions: func(context.Context, *hook.Event) (hook.Permissions, error) {
		return hook.Permissions{Approvers: people}, nil
	}}
	raw, err := hook.Flows{"f": h}.Respond(t.Context(), json.RawMessage(asked("on_request", "")))
	if err != nil || len(raw) < 257000 || strings.Contains(string(raw), `"errors"`) {
		t.Errorf("got %d bytes (%v)", len(raw), err)
	}
	large := asked("on_request", `,"context":"`+strings.Repeat("c", 60<<10)+`"`)
	var got answered
	if raw, err = (hook.Flows{"f": h}).Respond(t.Context(), json.RawMessage(large)); err == nil {
		err = json.Unmarshal(raw, &got)
	}
	if err != nil {
		t.Fatal(err)
	}
	fails(t, got, "get_permissions", "bytes, more than 1")
	if got.Permissions != nil || len(raw)+len(large) > 256<<10 {
		t.Errorf("%d bytes beside an event of %d", len(raw), len(large))
	}
}

// A function of very many flows does not name them: each response has room for
// what its hooks say, and the engine takes at most 1,000 names.
func TestAFunctionOfManyFlows(t *testing.T) {
	for n, names := range map[int]bool{300: true, 1001: false} {
		flows := hook.Flows{"f": onRequest(func(*hook.Event) {})}
		for i := range n {
			flows[fmt.Sprintf("flow-%d", i)] = hook.Hooks{}
		}
		raw, err := flows.Respond(t.Context(), with(t, asked("on_request", ""), `"accepts":["transition","reason","subscriptions","flows"]`))
		if err != nil || strings.Contains(string(raw), `"flows":[`) != names || !strings.Contains(string(raw), `"approve"`) {
			t.Errorf("%d flows: got %d bytes (%v)", n, len(raw), err)
		}
	}
}
