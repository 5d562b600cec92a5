package flow_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

const schemaFile = "../../schema/flows.v1.json"

// matchesSchema returns what the schema for editors has against a file.
func matchesSchema(t interface{ Fatal(...any) }, schema *jsonschema.Schema, in string) error {
	var v any
	if err := yaml.Unmarshal([]byte(in), &v); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(doc)
}

func loadSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// The parser says which keys it knows when it reads one that it doesn't; the
// schema must have the same.
func TestSchemaHasTheParsersKeys(t *testing.T) {
	raw, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	expected := regexp.MustCompile(`unknown key; known: (.*)`)
	for name, tc := range map[string]struct{ in, at string }{
		"file":       {"nope: 1", ""},
		"flow":       {"flows: [{nope: 1}]", "$defs flow"},
		"stage":      {"{stages: [a], flows: [{stages: {a: {nope: 1}}}]}", "$defs flow properties stages additionalProperties"},
		"field":      {"flows: [{fields: [{nope: 1}]}]", "$defs field"},
		"target":     {"flows: [{targets: [{nope: 1}]}]", "$defs target"},
		"starts":     {"flows: [{starts: {nope: 1}}]", "$defs flow properties starts"},
		"review":     {"flows: [{review: {nope: 1}}]", "$defs review"},
		"fast_track": {"flows: [{fast_track: {nope: 1}}]", "$defs flow properties fast_track"},
		"approvals":  {"flows: [{review: {approvals: [{nope: 1}]}}]", "$defs review properties approvals oneOf 1 items"},
		"notify":     {"flows: [{review: {notify: [{nope: 1}]}}]", "$defs review properties notify items"},
		"directory":  {"directory: {nope: 1}", "$defs directory"},
		"person":     {"directory: {people: [{nope: 1}]}", "$defs directory properties people items"},
	} {
		t.Run(name, func(t *testing.T) {
			said := expected.FindStringSubmatch(strings.Join(mistakes(t, tc.in), "\n"))
			if said == nil {
				t.Fatal("the parser takes a key that isn't there")
			}
			at := any(schema)
			for _, step := range strings.Fields(tc.at) {
				if list, ok := at.([]any); ok {
					at = list[int(step[0]-'0')]
				} else {
					at = at.(map[string]any)[step]
				}
			}
			object := at.(map[string]any)
			keys := slices.Sorted(maps.Keys(object["properties"].(map[string]any)))
			if diff := cmp.Diff(strings.Split(said[1], ", "), keys); diff != "" {
				t.Errorf("keys (-parser +schema):\n%s", diff)
			}
			if object["additionalProperties"] != false {
				t.Error("the schema takes keys that it doesn't name")
			}
		})
	}
}

func TestSamplesMatchTheSchema(t *testing.T) {
	schema := loadSchema(t)
	for _, name := range []string{"../../flows.yaml", "../../e2e/testdata/cases/flows.yaml"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := flow.Parse(name, raw); err != nil {
			t.Error(err)
		}
		if err := matchesSchema(t, schema, string(raw)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// parts are pieces of a flow, right ones and wrong ones; wrong where no schema
// can find, too.
var parts = map[string][]string{
	"name":           {"a", "a-1", "A", "7", strings.Repeat("x", 64)},
	"label":          {"L", "7", "[]"},
	"hooks":          {"hooks", "my-hooks:live", "arn:aws:lambda:eu-west-1:123456789012:function:f", "a b"},
	"retention":      {"400d", "P30D", "5", "soon", "24h"},
	"hook_timeout":   {"5s", "PT5S", "5", "soon"},
	"limits":         {"{open_per_person: 5, per_minute: none, machines_per_minute: 600, holders: 7}", "none", "{holders: 1}", "{}", "{open_per_person: 0}", "{per_minute: 601}", "{holders: none}", "all", "{per_hour: 1}"},
	"requesters":     {"[everyone]", "[group:x, a@x]", "['iss|sub']", "[admins]", "[sre]"},
	"recent":         {"720h", "{windows: [1h, 24h]}", "{windows: [1h], flows: [a], targets: []}", "{}", "{windows: []}", "{windows: [60]}", "{windows: [1h], x: [a]}", "60"},
	"visible_to":     {"[everyone]", "[group:x, a@x]", "[]", "[admins]", "[sre]"},
	"store":          {"{person: [a]}", "{person: [a, 'b/*'], flow: [a_1]}", "{}", "{person: []}", "{person: [A]}", "{flow: ['*']}", "{flow: [a/b]}", "{flow: [a, a]}", "{person: a}", "{all: [a]}", "{person: [a, b, c, d, e, f, g, h, i, j, k]}"},
	"get_flows":      {"true", "false", "'yes'", "[a]"},
	"admins":         {"[a@x]", "['arn:aws:iam::123456789012:user/a', b@x]", "[]", "[7]"},
	"targets":        {"[{id: p, settings: {group: g}}]", "[{id: p, label: P, settings: {a: 1}}]", "[{label: P}]", "[{id: 7}]"},
	"durations":      {"[1h]", "[30m, PT1H]", "[]", "[60]", "1h"},
	"strategy":       {"{type: lambda, function: f}", "{type: iam-group, user: id, account: '012345678901'}", "{type: lambda, function: f, version: 2}", "{type: lambda}", "{type: lambda, function: f, version: 3}", "{type: magic}", "{type: iam-group, function: f}", "{type: iam-group, user: nick}", "{type: iam-group, account: '012345678901'}", "{type: identity-center}"},
	"starts":         {"{within: 30d}", "{within: PT12H}", "{within: 1m}", "{within: 0007d}", "{}", "{within: 31d}", "{within: 0d}", "{within: 7}", "{within: 30s}", "{within: soon}", "30d", "{within: 1d, by: [a]}"},
	"require_reason": {"[request]", "[]", "[cancel]"},
	"review":         {"{approvals: 2}", "{approvals: [{from: group:x, count: 2}], approvers: [admins]}", "{timeout: 90s, notify: [{to: [sns], wait: 10m}, {to: [admins]}]}", "{self_approval: yes}", "{notify_ends: true}", "{self_approval: true, viewers: [everyone]}", "{approvals: 21}", "{approvals: []}", "{notify: [{wait: 1m}]}", "{notify_ends: 1}"},
	"vars":           {"{a: [1, {b: c}]}", "[]"},
	"stages":         {"{prod: {vars: {a: [2]}}}", "{dev: {vars: {z: 1}}, prod: {vars: {z: 2}}}", "{prod: {vars: {b: 1}}}", "{staging: {vars: {a: 1}}}", "{prod: {}}", "{prod: {vars: [1]}}", "{prod: {label: L}}", "[prod]", "{Prod: {vars: {}}}"},
	"fields": {
		"[{name: x, type: target, required: true}]",
		"[{name: x, type: string, allowed: [a], default: a, required: true}]", "[{name: x, type: int, min: 1, max: 3, default: 2}]",
		"[{name: x, type: duration, min: 1m, max: 7200}]", "[{name: x, type: text, pattern: '^a', sensitive: true}]", "[{name: x, type: strings, max: 3, allowed: [a], default: [a]}]",
		"[{name: x, type: bool, default: true, prefetch: false}, {name: y, type: user, prefetch: true}]", "[{name: x, type: target, allowed: [p]}]",
		"[{name: x, type: string}, {name: y, type: bool, when: {x: a}}, {name: z, type: text, when: {x: [a, b], y: true}, default_from: x}]",
		"[{name: x, type: int}, {name: y, type: string, when: {x: [1, 2]}, prefetch: true, depends_on: [x]}]",
		"[{name: x, type: bool, min: 1}]", "[{name: x, type: int, max: 1h}]", "[{name: x, type: user, pattern: a}]", "[{name: x}]", "[{name: X, type: int}]", "[{name: x, type: string, allowed: []}]",
		"[{name: x, type: text, prefetch: true}]", "[{name: x, type: string, prefetch: true, allowed: [a]}]", "[{name: x, type: strings, prefetch: true, sensitive: true}]",
		"[{name: x, type: int}, {name: y, type: int, when: {}}]", "[{name: x, type: int}, {name: y, type: int, when: {x: []}}]", "[{name: x, type: int}, {name: y, type: int, when: {x: {a: 1}}}]", "[{name: x, type: int}, {name: y, type: int, when: x}]",
		"[{name: x, type: int}, {name: y, type: user, prefetch: true, depends_on: []}]", "[{name: x, type: int}, {name: y, type: user, prefetch: true, depends_on: [x, x]}]", "[{name: x, type: int}, {name: y, type: int, depends_on: [x]}]", "[{name: x, type: int}, {name: y, type: int, default_from: [x]}]",
	},
}

// What the parser takes, the schema takes: an editor never marks what is right.
func TestSchemaRefusesOnlyWhatTheParserRefuses(t *testing.T) {
	schema := loadSchema(t)
	accepted, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		in := "stages: [dev, prod]\nflows:\n  - "
		// Half of the files hold valid values alone: with all keys drawn freely, hardly
		// one file in twenty is right.
		valid := rapid.Bool().Draw(t, "all values are valid")
		for _, key := range slices.Sorted(maps.Keys(parts)) {
			needed := key == "name" || key == "admins"
			if !rapid.Bool().Draw(t, "has "+key) && !needed {
				continue
			}
			if key == "starts" && rapid.IntRange(0, 3).Draw(t, "starts later") > 0 {
				continue // it needs four other keys
			}
			values := parts[key]
			which := rapid.IntRange(0, len(values)-1).Draw(t, key)
			if valid || rapid.IntRange(0, 3).Draw(t, "right "+key) > 0 {
				which = 0
			}
			in += fmt.Sprintf("%s: %s\n    ", key, values[which])
		}
		file, err := flow.Parse("f", []byte(in))
		against := matchesSchema(t, schema, in)
		if err == nil && against != nil {
			t.Fatalf("the schema refuses what is right: %v\n%s", against, in)
		}
		if err != nil {
			refused++
			return
		}
		accepted++
		if len(file.Flows) != 1 {
			t.Fatalf("%d flows of\n%s", len(file.Flows), in)
		}
	})
	if accepted == 0 || refused == 0 {
		t.Errorf("%d files were right and %d wrong: both are to be tried", accepted, refused)
	}
}

// Each of these is wrong, and an editor can see it.
func TestSchemaSeesMistakes(t *testing.T) {
	schema := loadSchema(t)
	right := map[string]string{"name": "a", "admins": "[a@x]", "targets": "[{id: p}]", "durations": "[1h]", "strategy": "{type: lambda, function: f}", "fields": parts["fields"][0]}
	for key, values := range map[string][]string{
		"name": parts["name"][2:], "label": {"[]"}, "hook_timeout": {"5", "soon"}, "retention": {"5", "soon", "24h"}, "requesters": {"[sre]"}, "visible_to": {"[]", "[sre]"}, "recent": parts["recent"][3:], "store": parts["store"][2:], "admins": {"[]", "[7]"},
		"targets": {"[{label: P}]", "[{id: 7}]"}, "durations": {"[]", "[60]"}, "strategy": parts["strategy"][3:], "require_reason": {"[cancel]"},
		"review": parts["review"][6:], "vars": {"[]"}, "stages": parts["stages"][4:], "fields": parts["fields"][10:], "limits": parts["limits"][3:],
		"starts": slices.DeleteFunc(slices.Clone(parts["starts"][4:]), func(in string) bool { return in == "{within: 30s}" }),
	} {
		for _, value := range values {
			doc := maps.Clone(right)
			doc[key] = value
			in := "flows:\n  - "
			for _, k := range slices.Sorted(maps.Keys(doc)) {
				in += fmt.Sprintf("%s: %s\n    ", k, doc[k])
			}
			if matchesSchema(t, schema, in) == nil {
				t.Errorf("the schema takes %s: %s", key, value)
			}
			mistakes(t, in)
		}
	}
}
