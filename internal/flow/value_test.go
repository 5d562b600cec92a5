package flow_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

const valueFlow = `
flows:
  - name: a
    admins: [root@example.com]
    fields:
      - {name: s, type: string}
      - {name: t, type: text}
      - {name: i, type: int}
      - {name: b, type: bool}
      - {name: d, type: duration}
      - {name: u, type: user}
      - {name: l, type: strings}
      - {name: r, type: strings, required: true, default: [x]}
      - {name: p, type: target, allowed: [one, two]}
      - {name: e, type: strings, allowed: [a, b]}
      - {name: v, type: user, allowed: [Ada@example.com]}
    targets: [{id: one}, {id: two}, {id: three}]
`

func valuesFlow(t interface{ Fatal(...any) }) *flow.Flow {
	file, err := flow.Parse("f", []byte(valueFlow))
	if err != nil {
		t.Fatal(err)
	}
	return &file.Flows[0]
}

// One value at a time: what is kept of it, or what is said against it.
func TestValues(t *testing.T) {
	f := valuesFlow(t)
	for _, tc := range []struct{ field, value, kept, wrong string }{
		{"s", `"a"`, `"a"`, ""},
		{"s", `"a\nb"`, "", "it holds the control character U+000A"},
		{"s", `7`, "", "must be a string"},
		{"t", `"a\n\tb\r\n"`, `"a\n\tb\r\n"`, ""},
		{"t", `"a\u0000"`, "", "it holds the control character U+0000"},
		{"i", `-9007199254740992`, `-9007199254740992`, ""},
		{"i", `-9007199254740993`, "", "must be a whole number"},
		{"i", `1e2`, `100`, ""},
		{"i", `3600.0`, `3600`, ""},
		{"i", `3600.5`, "", "must be a whole number"},
		{"i", `true`, "", "must be a whole number"},
		{"b", `false`, `false`, ""},
		{"b", `0`, "", "must be true or false"},
		{"d", `"PT1H"`, `3600`, ""},
		{"d", `90`, `90`, ""},
		{"d", `-1`, "", "must be a duration, in seconds or as 30m"},
		{"d", `"-1m"`, "", "must be a duration, in seconds or as 30m"},
		{"u", `"ADA@example.com"`, `"ada@example.com"`, ""},
		{"u", `"ada\u0000@example.com"`, "", "must be an e-mail"},
		{"u", `"ada@x, eve@x"`, "", "must be an e-mail"},
		{"l", `[]`, `[]`, ""},
		{"l", `["a","b"]`, `["a","b"]`, ""},
		{"l", `["a",null]`, "", "must be a list of strings"},
		{"l", `"a"`, "", "must be a list of strings"},
		{"l", `["a\u0007"]`, "", "item 0: it holds the control character U+0007"},
		{"l", "[" + strings.Repeat(`"",`, 100) + `""]`, "", "must have at most 100 items, got 101"},
		{"r", `[]`, "", "it is required, and empty"},
		{"p", `"two"`, `{"id":"two","label":"two"}`, ""},
		{"p", `"three"`, "", "must be one of one, two"},
		{"e", `["a","b"]`, `["a","b"]`, ""},
		{"e", `["b", "c"]`, "", "item 1: must be one of a, b"},
		{"v", `"ada@example.com"`, `"ada@example.com"`, ""},
		{"v", `"ADA@example.com"`, `"ada@example.com"`, ""},
		{"v", `"eve@example.com"`, "", "must be one of Ada@example.com"},
		{"p", `{"id":"two"}`, "", "must be the id of a target"},
	} {
		got, errs := f.Check(flow.Request{Fields: map[string]json.RawMessage{tc.field: json.RawMessage(tc.value)}})
		if tc.wrong != "" {
			want := []flow.FieldError{{Field: "fields." + tc.field, Detail: tc.wrong}}
			if diff := cmp.Diff(want, errs); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", tc.field, tc.value, diff)
			}
			continue
		}
		if len(errs) > 0 || string(got.Fields[tc.field]) != tc.kept {
			t.Errorf("%s: %s is kept as %s (%v), want %s", tc.field, tc.value, got.Fields[tc.field], errs, tc.kept)
		}
	}
}

func TestDurationsOfARequest(t *testing.T) {
	file, err := flow.Parse("f", []byte(requestFlow))
	if err != nil {
		t.Fatal(err)
	}
	with, without := &file.Flows[0], valuesFlow(t)
	hour, target := 3600, map[string]json.RawMessage{"target": json.RawMessage(`"prod"`)}
	if got, errs := with.Check(flow.Request{Fields: target, Reason: "r", DurationSeconds: &hour}); len(errs) > 0 || got.DurationSeconds != hour {
		t.Errorf("got %d (%v), want %d", got.DurationSeconds, errs, hour)
	}
	_, errs := without.Check(flow.Request{DurationSeconds: &hour})
	want := []flow.FieldError{{Field: "duration_seconds", Detail: "the flow grants no access, so it takes no duration"}}
	if diff := cmp.Diff(want, errs); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

// Whatever is sent, it is either refused with the name of what is wrong, or
// kept as something that is taken again and stays the same.
func TestKeptValuesAreTakenAgain(t *testing.T) {
	f := valuesFlow(t)
	values := rapid.OneOf(
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.Int64(), func(i int64) any { return i }),
		rapid.Map(rapid.Float64Range(-1e20, 1e20), func(x float64) any { return x }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.SliceOfN(rapid.String(), 0, 4), func(l []string) any { return l }),
		rapid.Map(rapid.SampledFrom([]string{"one", "30m", "PT5S", "ada@example.com", "Ada@X"}), func(s string) any { return s }),
		rapid.Just[any](nil), rapid.Just[any](map[string]any{"id": "one"}),
	)
	names := rapid.SampledFrom([]string{"s", "t", "i", "b", "d", "u", "l", "r", "other"})
	rapid.Check(t, func(t *rapid.T) {
		in := flow.Request{Fields: map[string]json.RawMessage{}}
		for _, name := range rapid.SliceOfN(names, 0, 8).Draw(t, "fields") {
			raw, err := json.Marshal(values.Draw(t, name))
			if err != nil {
				t.Fatal(err)
			}
			in.Fields[name] = raw
		}
		got, errs := f.Check(in)
		for _, e := range errs {
			if name := strings.TrimPrefix(e.Field, "fields."); in.Fields[name] == nil || e.Detail == "" {
				t.Fatalf("%+v is about nothing that was sent", e)
			}
		}
		if len(errs) > 0 {
			return
		}
		again, errs := f.Check(flow.Request{Fields: got.Fields})
		if diff := cmp.Diff(got, again); diff != "" || len(errs) > 0 {
			t.Fatalf("taken again: %v\n%s", errs, diff)
		}
	})
}

// flows.yaml takes an integer in any form of a number, as its schema does.
func TestIntegersOfAnyForm(t *testing.T) {
	const head = "flows:\n  - name: a\n    admins: [root@example.com]\n    fields: [{name: n, type: int, min: "
	for in, want := range map[string]int64{"3": 3, "3.0": 3, "3.0e+2": 300} {
		file, err := flow.Parse("f", []byte(head+in+"}]\n"))
		if err != nil || *file.Flows[0].Fields[0].Min != want {
			t.Errorf("min: %s gives %v (%v), want %d", in, file, err, want)
		}
	}
	for _, in := range []string{"3.5", ".5", "0x10", "1_0.0", ".inf", "true"} {
		if _, err := flow.Parse("f", []byte(head+in+"}]\n")); err == nil {
			t.Errorf("min: %s is taken", in)
		}
	}
}
