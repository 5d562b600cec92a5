package e2e

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

var writeFields = flag.Bool("fields", false, "write the flows and the transcript of fields of every type and key")

const (
	fieldTranscript = "testdata/cases/fields_of_every_type.txtar"
	fieldFlows      = "testdata/cases/flows.yaml"
	fieldsBegin     = "  # Written by go test -run TestFieldsOfEveryType -fields; do not edit.\n"
	fieldsEnd       = "  # End of what is written.\n"
)

// fieldType is how a field of one type is tried: a value that every key takes, as
// it is sent and as it is kept, and values that one key refuses.
type fieldType struct {
	sent, kept string
	// item is sent without its list.
	item string
	// wrong is of another type.
	wrong string
	// not is refused by a key; of "allowed" and "prefetch" it is just another value.
	not map[string]string
	// bound is the one that min and max take.
	bound string
}

var fieldTypes = map[string]fieldType{
	"string":   {sent: `"abc"`, kept: `"abc"`, wrong: `7`, bound: "3", not: map[string]string{"min": `"ab"`, "max": `"abcd"`, "pattern": `"xyz"`, "allowed": `"abd"`, "prefetch": `"abd"`}},
	"text":     {sent: `"a\nb"`, kept: `"a\nb"`, wrong: `true`, bound: "3", not: map[string]string{"min": `"ab"`, "max": `"abcd"`, "pattern": `"xyz"`, "allowed": `"a\nc"`}},
	"int":      {sent: `3.0`, kept: `3`, wrong: `"3"`, bound: "3", not: map[string]string{"min": `2`, "max": `4`, "allowed": `4`}},
	"bool":     {sent: `true`, kept: `true`, wrong: `"true"`, not: map[string]string{"allowed": `false`}},
	"duration": {sent: `"30m"`, kept: `1800`, wrong: `"soon"`, bound: "30m", not: map[string]string{"min": `1799`, "max": `1801`, "allowed": `"1h"`}},
	"target":   {sent: `"prod"`, kept: `{"id":"prod","label":"Production"}`, wrong: `{"id":"prod"}`, not: map[string]string{"allowed": `"dev"`}},
	"user":     {sent: `"Ada@Example.com"`, kept: `"ada@example.com"`, wrong: `"ada"`, not: map[string]string{"allowed": `"eve@example.com"`, "prefetch": `"eve@example.com"`}},
	"strings":  {sent: `["eu-west-1"]`, kept: `["eu-west-1"]`, item: `"eu-west-1"`, wrong: `"eu-west-1"`, bound: "1", not: map[string]string{"min": `[]`, "max": `["eu-west-1","us-east-1"]`, "allowed": `["us-east-1"]`, "prefetch": `["us-east-1"]`}},
}

// value returns what a key of a field is set to, in JSON.
func (t fieldType) value(tb testing.TB, key string) string {
	switch key {
	case "label", "description":
		return `"Of every type"`
	case "required", "prefetch", "sensitive":
		return "true"
	case "allowed":
		if t.item != "" {
			return "[" + t.item + "]"
		}
		return "[" + t.sent + "]"
	case "default":
		return t.sent
	case "min", "max":
		return t.bound
	case "pattern":
		return `"^a"`
	}
	tb.Fatalf("the schema has a key %q of a field: say here what it is to be tried with", key)
	return ""
}

// triedField is a field with some keys.
type triedField struct {
	name string
	keys map[string]string
}

func (f triedField) has(key string) bool { return f.keys[key] != "" }

func (f triedField) yaml() string {
	parts := []string{"name: " + f.name}
	for _, key := range slices.Sorted(maps.Keys(f.keys)) {
		parts = append(parts, key+": "+f.keys[key])
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// Fields of every type with every key are requested through the real binaries: alone,
// and with all other keys that they go with. The requests follow from the schema
// of flows.yaml, so that no type and no key is left out.
func TestFieldsOfEveryType(t *testing.T) {
	raw, err := os.ReadFile("../schema/flows.v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs struct {
			Field struct {
				Properties map[string]struct {
					Enum []string `json:"enum"`
				} `json:"properties"`
			} `json:"field"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	properties := schema.Defs.Field.Properties
	types := properties["type"].Enum
	delete(properties, "name")
	delete(properties, "type")
	for _, key := range []string{"when", "depends_on", "default_from"} {
		delete(properties, key) // about other fields: testdata/cases/forms.txtar
	}
	keys := slices.Sorted(maps.Keys(properties))
	if len(types) == 0 || len(keys) == 0 {
		t.Fatal("the schema has no types or keys of fields")
	}
	valid := fieldValidator(t)
	var flows, script strings.Builder
	script.WriteString("# Written by go test -run TestFieldsOfEveryType -fields; do not edit.\n\n# A field of every type, with every key, is requested; a wrong value is named.\nas ada@example.com\n")
	for _, typ := range types {
		tried, known := fieldTypes[typ]
		if !known {
			t.Fatalf("the schema has a type %q of a field: say here what it is to be tried with", typ)
		}
		fields := tryFields(t, typ, tried, keys, valid)
		writeFieldFlow(&flows, typ, tried, fields)
		writeFieldScript(t, &script, typ, tried, fields)
	}
	compareFields(t, flows.String(), script.String())
}

// fieldValidator reports whether the schema takes a field.
func fieldValidator(t *testing.T) func(triedField) bool {
	schema, err := jsonschema.NewCompiler().Compile("../schema/flows.v1.json#/$defs/field")
	if err != nil {
		t.Fatal(err)
	}
	return func(f triedField) bool {
		document := `{"name":"` + f.name + `"`
		for key, value := range f.keys {
			if !json.Valid([]byte(value)) {
				value = `"` + value + `"`
			}
			document += `,"` + key + `":` + value
		}
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(document + "}"))
		return err == nil && schema.Validate(v) == nil
	}
}

// tryFields returns the fields of a type: one for each key that goes with it, and
// some with as many as go together.
func tryFields(t *testing.T, typ string, tried fieldType, keys []string, valid func(triedField) bool) []triedField {
	plain := triedField{"plain", map[string]string{"type": typ}}
	fields := []triedField{plain}
	with := func(f triedField, name, key string) (triedField, bool) {
		next := triedField{name, maps.Clone(f.keys)}
		next.keys[key] = tried.value(t, key)
		return next, next.keys[key] != "" && valid(next)
	}
	for _, key := range keys {
		if f, ok := with(plain, "with_"+key, key); ok {
			fields = append(fields, f)
		}
	}
	// As many as go together, whichever of them is first; also without sensitive, so
	// that the value is seen.
	seen := map[string]bool{}
	for _, all := range [][]string{keys, without(keys, "sensitive")} {
		for _, first := range all {
			f := plain
			for _, key := range append([]string{first}, without(all, first)...) {
				if next, ok := with(f, fmt.Sprintf("all_%d", len(seen)), key); ok {
					f = next
				}
			}
			if set := strings.Join(slices.Sorted(maps.Keys(f.keys)), " "); !seen[set] {
				seen[set] = true
				fields = append(fields, f)
			}
		}
	}
	return fields
}

func without(list []string, left string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == left })
}

func writeFieldFlow(w *strings.Builder, typ string, tried fieldType, fields []triedField) {
	option := tried.kept
	if tried.item != "" {
		option = tried.item
	}
	fmt.Fprintf(w, "  - name: every-%s\n    label: Fields of type %s\n    admins: [group:platform]\n    limits: none\n    fields:\n", typ, typ)
	for _, f := range fields {
		fmt.Fprintf(w, "      - %s\n", f.yaml())
	}
	fmt.Fprintf(w, "    targets: [{id: prod, label: Production}, {id: dev}]\n    review: {approvers: [group:sre]}\n    vars: {subscriptions: [on_request], options: [{value: %s}]}\n\n",
		strings.ReplaceAll(option, `{"id":"prod","label":"Production"}`, `prod`))
}

// writeFieldScript asks the flow of one type: with a good value in each field,
// without those that have a default, with each kind of wrong value.
func writeFieldScript(t *testing.T, w *strings.Builder, typ string, tried fieldType, fields []triedField) {
	ask := func(value func(triedField) string) {
		values := map[string]json.RawMessage{}
		for _, f := range fields {
			if v := value(f); v != "" {
				values[f.name] = json.RawMessage(v)
			}
		}
		var body bytes.Buffer
		e := json.NewEncoder(&body)
		e.SetEscapeHTML(false)
		if err := e.Encode(map[string]any{"flow": "every-" + typ, "fields": values}); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(w, "call POST /requests '%s'\n", strings.TrimSpace(body.String()))
	}
	kept := func(given func(triedField) bool) {
		for _, f := range fields {
			switch {
			case f.has("sensitive") || !given(f) && !f.has("default"):
				fmt.Fprintf(w, "! json fields.%s\n", f.name)
			default:
				var v any
				if err := json.Unmarshal([]byte(tried.kept), &v); err != nil {
					t.Fatal(err)
				}
				text, is := v.(string)
				switch {
				case !is:
					text = tried.kept
				case strings.Contains(text, "\n"): // which no line of a transcript can hold
					fmt.Fprintf(w, "matches fields.%s '^%s$'\n", f.name, strings.ReplaceAll(text, "\n", `\n`))
					continue
				}
				fmt.Fprintf(w, "json fields.%s '%s'\n", f.name, text)
			}
		}
	}
	refused := func(wrong func(triedField) bool) {
		n := 0
		for _, f := range fields {
			if wrong(f) {
				fmt.Fprintf(w, "json errors.%d.field fields.%s\n", n, f.name)
				fmt.Fprintf(w, "json errors.%d.pointer '#/fields/%s'\n", n, f.name)
				n++
			}
		}
		fmt.Fprintf(w, "json errors.len %d\n", n)
	}
	good := func(triedField) string { return tried.sent }

	fmt.Fprintf(w, "\n# %s\nheader Prefer wait=10\n", typ)
	ask(good)
	fmt.Fprint(w, "status 201\njson status pending\n")
	kept(func(triedField) bool { return true })
	fmt.Fprint(w, "header Prefer wait=10\n")
	needed := func(f triedField) bool { return f.has("required") && !f.has("default") }
	ask(func(f triedField) string {
		if needed(f) {
			return tried.sent
		}
		return ""
	})
	fmt.Fprint(w, "status 201\njson status pending\n")
	kept(needed)
	ask(func(f triedField) string { return tried.wrong })
	fmt.Fprint(w, "status 400\n")
	refused(func(triedField) bool { return true })
	ask(func(triedField) string { return "null" })
	fmt.Fprint(w, "status 400\n")
	refused(needed)
	for _, key := range slices.Sorted(maps.Keys(tried.not)) {
		ask(func(f triedField) string {
			if f.has(key) {
				return tried.not[key]
			}
			return tried.sent
		})
		fmt.Fprint(w, "status 400\n")
		refused(func(f triedField) bool { return f.has(key) })
	}
}

func compareFields(t *testing.T, flows, script string) {
	t.Helper()
	raw, err := os.ReadFile(fieldFlows)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(raw), fieldsBegin)
	old, after, ends := strings.Cut(rest, fieldsEnd)
	if !found || !ends {
		t.Fatalf("%s has no place for these flows", fieldFlows)
	}
	if *writeFields {
		for name, content := range map[string]string{fieldFlows: before + fieldsBegin + flows + fieldsEnd + after, fieldTranscript: script} {
			if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	played, err := os.ReadFile(fieldTranscript)
	if err != nil {
		t.Fatal(err)
	}
	if old != flows || string(played) != script {
		t.Errorf("%s or %s is not what the schema makes of it: go test ./e2e -run TestFieldsOfEveryType -fields", fieldFlows, fieldTranscript)
	}
}
