package schema_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// hookNames are those that the schema knows.
func hookNames(t *testing.T) []run.HookName {
	t.Helper()
	raw, err := os.ReadFile("hook-answer.v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs struct {
			Hook struct{ Enum []run.HookName }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	if len(schema.Defs.Hook.Enum) != 19 {
		t.Fatalf("the schema knows %d hooks", len(schema.Defs.Hook.Enum))
	}
	return schema.Defs.Hook.Enum
}

// What each hook may answer is what the forward-only table says.
func TestTransitionsOfEachHook(t *testing.T) {
	whole := compile(t, "hook-answer.v1.json")
	for _, name := range hookNames(t) {
		if !run.KnownHook(string(name)) {
			t.Errorf("the engine doesn't know %s", name)
		}
		schema := compile(t, "hook-answer.v1.json#/$defs/"+string(name))
		for _, e := range []run.EventName{
			run.Request, run.Approve, run.Deny, run.Expire, run.Cancel, run.Escalate, run.Deescalate, run.Revoke, run.Fail, run.Ignore, run.Forward, "grant",
		} {
			allowed := slices.Contains(hookapi.MayReturn(name), e)
			answer := map[string]any{"transition": e}
			if fits := validate(t, schema, answer) == nil; fits != allowed {
				t.Errorf("%s of %s: the schema says %v, the table %v", e, name, fits, allowed)
			}
			if err := validate(t, whole, answer); allowed && err != nil {
				t.Errorf("%s of %s: %v", e, name, err)
			}
		}
		if err := validate(t, schema, map[string]any{}); err != nil {
			t.Errorf("%s can't say nothing: %v", name, err)
		}
	}
}

// What goes only with one transition, or comes only from one hook.
func TestMembersThatGoTogether(t *testing.T) {
	for _, tc := range []struct {
		hook, answer string
		fits         bool
	}{
		{"on_approve", `{"transition":"ignore","message":"You are not authorized to approve this request."}`, true},
		{"on_approve", `{"message":"not you"}`, false},
		{"on_approve", `{"transition":"deny","message":"not you"}`, false},
		{"on_approve", `{"transition":"approve","duration_seconds":60}`, true},
		{"on_approve", `{"transition":"deny","duration_seconds":60}`, false},
		{"on_approve", `{"duration_seconds":60}`, false},
		{"on_approve", `{"permissions":{}}`, false},
		{"on_request", `{"permissions":{},"notifications":[]}`, true},
		{"get_permissions", `{"permissions":{},"notifications":[]}`, true},
		{"get_permissions", `{"transition":"approve"}`, false},
		{"get_notifications", `{"notifications":[{"to":["slack:#ops"],"wait_seconds":600}]}`, true},
		{"get_notifications", `{"permissions":{}}`, false},
		{"after_deny", `{"notifications":[]}`, false},
		{"after_deny", `{"output":[1],"checks":[{"name":"told","passed":true}]}`, true},
	} {
		err := validate(t, compile(t, "hook-answer.v1.json#/$defs/"+tc.hook), []byte(tc.answer))
		if (err == nil) != tc.fits {
			t.Errorf("%s answers %s: the schema says %v", tc.hook, tc.answer, err)
		}
	}
}

// each calls f with every example of a kind.
func each(t *testing.T, folder string, f func(name string, valid bool, raw []byte)) {
	t.Helper()
	for _, kind := range []string{"valid", "invalid"} {
		files, err := filepath.Glob(filepath.Join("examples", folder, kind, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no %s examples: %v", folder, kind, err)
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			f(file, kind == "valid", raw)
		}
	}
}

// The SDK reads every example that fits.
func TestAskedExamples(t *testing.T) {
	schema := compile(t, "hook-asked.v1.json")
	each(t, "hook-asked", func(name string, valid bool, raw []byte) {
		err := validate(t, schema, raw)
		if (err == nil) != valid {
			t.Errorf("%s: the schema says %v", name, err)
		}
		if !valid {
			return
		}
		if _, err := (hook.Flows{"*": {}}).Respond(t.Context(), raw); err != nil {
			t.Errorf("%s: the SDK says %v", name, err)
		}
	})
}

// The engine reads what the schema takes, and nothing else.
func TestPrefetchExamples(t *testing.T) {
	schema := compile(t, "hook-answer.v1.json#/$defs/prefetch")
	each(t, "prefetch-answer", func(name string, valid bool, raw []byte) {
		if err := validate(t, schema, raw); (err == nil) != valid {
			t.Errorf("%s: the schema says %v", name, err)
		}
		_, err := hookapi.ReadOptions(raw)
		if refused := err != nil && strings.HasPrefix(err.Error(), "returned an invalid response: "); refused == valid {
			t.Errorf("%s: the engine says %v", name, err)
		}
	})
}

// What the engine asks for options fits.
func TestAskedForOptions(t *testing.T) {
	schema := compile(t, "hook-asked.v1.json")
	about := hookapi.OptionsRun{
		Flow: hookapi.Flow{Name: "a", Vars: json.RawMessage(`{"team":"sre"}`)}, Requester: run.Person{ID: "ada@example.com", Groups: []string{"dev"}},
		Fields: map[string]json.RawMessage{"urgency": json.RawMessage(`"Normal"`)},
	}
	for _, asked := range []hookapi.OptionsInvocation{hookapi.SearchOptions("schedule", "", about), hookapi.CheckOption("schedule", "PRIMARY1", about)} {
		if err := validate(t, schema, asked); err != nil {
			t.Error(err)
		}
	}
}

// Events for tests of hooks fit the schema of events.
func TestEventsForTestsFit(t *testing.T) {
	schema := compile(t, "hook-asked.v1.json")
	for _, name := range hookNames(t) {
		if err := validate(t, schema, []byte(hooktest.Invocation(hooktest.Hook(string(name))))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	all := hooktest.Invocation(
		hooktest.Hook("on_approve"), hooktest.Status("pending"), hooktest.ByUser("grace@example.com", "sre"), hooktest.Reason("fine"), hooktest.Why("prod is down"),
		hooktest.Requester("ada@example.com", "dev"), hooktest.Machine("arn:aws:iam::123456789012:role/ci"), hooktest.Actor("approve", "linus@example.com"),
		hooktest.Duration(time.Hour), hooktest.Flow("f"), hooktest.Var("a", 1), hooktest.Field("b", "c"), hooktest.Target("t", "p", "P", nil), hooktest.Withheld("pin"),
		hooktest.Context([]int{1}), hooktest.Recent(hook.Recent{Window: time.Hour}), hooktest.Step("on_request", true), hooktest.ByHook("on_request"),
		hooktest.Trial(), hooktest.DeclareFields("b", "t", "pin"), hooktest.DeclareVars("a"),
	)
	if err := validate(t, schema, []byte(all)); err != nil {
		t.Error(err)
	}
}

// The engine accepts what the schema has.
func TestAccepts(t *testing.T) {
	raw, err := os.ReadFile("hook-answer.v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs struct {
			Answer struct{ Properties map[string]any }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	accepts := append([]string{"version"}, hookapi.Sample(run.OnRequest, hookapi.Flow{}, nil).Accepts...)
	slices.Sort(accepts)
	if want := slices.Sorted(maps.Keys(schema.Defs.Answer.Properties)); !slices.Equal(accepts, want) {
		t.Errorf("the engine accepts %q, the schema has %q", accepts, want)
	}
}

// The documents in docs/hooks.md are examples like the others.
func TestDocumentsInTheDocs(t *testing.T) {
	docs, err := os.ReadFile("../docs/hooks.md")
	if err != nil {
		t.Fatal(err)
	}
	asked, answered := 0, 0
	for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(string(docs), -1) {
		schema, said := "hook-answer.v1.json", &answered
		switch {
		case strings.Contains(block[1], `"hook": "get_flows"`) && strings.Contains(block[1], `"run":`):
			schema, said = "get-flows-asked.v1.json", &asked
		case strings.Contains(block[1], `"hook": "get_flows"`):
			schema = "get-flows-answer.v1.json"
		case strings.HasPrefix(block[1], `{"person":`):
			schema, said = "hook-asked.v1.json#/$defs/lifecycle/properties/run/properties/store", &asked
		case strings.Contains(block[1], `"hook":`) && strings.Contains(block[1], `"run":`):
			schema, said = "hook-asked.v1.json", &asked
		case strings.Contains(block[1], `"options"`):
			schema += "#/$defs/prefetch"
		}
		*said++
		if err := validate(t, compile(t, schema), []byte(block[1])); err != nil {
			t.Errorf("%s\n%v", block[1], err)
		}
	}
	if asked == 0 || answered == 0 {
		t.Errorf("the docs show %d documents that are asked, and %d that are answered", asked, answered)
	}
}

// What the conformance kit asks is what the engine may ask.
func TestSampleAsks(t *testing.T) {
	schema := compile(t, "hook-asked.v1.json")
	for _, name := range run.HookNames() {
		ask := hookapi.Sample(name, hookapi.Flow{Name: "a", Vars: json.RawMessage(`{}`)}, map[string]json.RawMessage{"urgency": json.RawMessage(`"Normal"`)})
		if err := validate(t, schema, ask); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(run.HookNames()) != len(hookNames(t)) {
		t.Errorf("there are %d hooks, the schema has %d", len(run.HookNames()), len(hookNames(t)))
	}
}
