package flow_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

const dependsFlow = `
flows:
  - name: a
    admins: [root@example.com]
    fields:
      - {name: urgency, type: string, allowed: [Low, High], default: Low}
      - {name: secret, type: string, sensitive: true}
      - {name: tags, type: strings, allowed: [x, y]}
      - {name: notes, type: text}
      - {name: count, type: int}
      - {name: length, type: duration}
      - {name: target, type: target, required: true}
      - %s
    targets: [{id: one}, {id: two}]
%s`

// What a field may say of others, and what is said against it.
func TestFieldsDepend(t *testing.T) {
	for _, tc := range []struct{ field, more, wrong string }{
		{"{name: n, type: string, when: {urgency: [High], count: 3}}", "", ""},
		{"{name: n, type: string, when: {tags: x, target: [one, two], length: 1h}}", "", ""},
		{"{name: n, type: string, sensitive: true, required: true, when: {urgency: High}}", "", ""},
		{"{name: n, type: string, default_from: target}", "", ""},
		{"{name: n, type: text, default_from: urgency, default: x}", "", ""},
		{"{name: n, type: string, prefetch: true, depends_on: [urgency, tags, target]}", "", ""},
		{"{name: n, type: target, when: {urgency: High}}", "", ""},
		{"{name: n, type: string, when: {urgncy: High}}", "", `when.urgncy: unknown field "urgncy"; the flow has urgency, secret, tags, notes, count, length, target, n`},
		{"{name: n, type: string, when: {n: High}}", "", "when.n: a field can't depend on itself"},
		{"{name: n, type: string, when: {secret: a}}", "", `when.secret: field "secret" is sensitive`},
		{"{name: n, type: string, when: {urgency: high}}", "", "when.urgency[0]: must be one of Low, High"},
		{"{name: n, type: string, when: {urgency: [Low, Medium]}}", "", "when.urgency[1]: must be one of Low, High"},
		{"{name: n, type: string, when: {urgency: [Low, Low]}}", "", "when.urgency[1]: appears twice"},
		{"{name: n, type: string, when: {urgency: []}}", "", "when.urgency: must have at least one value"},
		{"{name: n, type: string, when: {urgency: {is: Low}}}", "", "when.urgency[0]: must be a string"},
		{"{name: n, type: string, when: {urgency: ~}}", "", "when.urgency[0]: must be a string"},
		{"{name: n, type: string, when: {count: '3'}}", "", "when.count[0]: must be a whole number"},
		{"{name: n, type: string, when: {tags: [[x]]}}", "", "when.tags[0]: must be a string"},
		{"{name: n, type: string, when: {tags: z}}", "", "when.tags[0]: must be one of x, y"},
		{"{name: n, type: string, when: {target: three}}", "", "when.target[0]: must be one of one, two"},
		{"{name: n, type: string, when: {}}", "", "when: must name at least one field"},
		{"{name: n, type: string, when: urgency}", "", "when: must be a mapping of fields to values"},
		{"{name: n, type: string, when: {urgency: Low, urgency: High}}", "", "when.urgency: appears twice"},
		{"{name: n, type: string, when: {7: Low}}", "", "when: a key must be the name of a field, got 7"},
		{"{name: n, type: string, default_from: nope}", "", `default_from: unknown field "nope"`},
		{"{name: n, type: string, default_from: secret}", "", `default_from: field "secret" is sensitive`},
		{"{name: n, type: string, default_from: notes}", "", `default_from: field "notes" is a text, whose value does not fit a string`},
		{"{name: n, type: user, default_from: urgency}", "", `default_from: field "urgency" is a string, whose value does not fit a user`},
		{"{name: n, type: int, default_from: [count]}", "", "default_from: must be a string, got a list"},
		{"{name: n, type: string, depends_on: [urgency]}", "", "depends_on: only a field with prefetch has it"},
		{"{name: n, type: string, prefetch: true, depends_on: []}", "", "depends_on: must name at least one field"},
		{"{name: n, type: string, prefetch: true, depends_on: [urgency, urgency]}", "", "depends_on[1]: appears twice"},
		{"{name: n, type: string, prefetch: true, depends_on: [nope]}", "", `depends_on[0]: unknown field "nope"`},
		{"{name: n, type: string, prefetch: true, depends_on: [secret]}", "", `depends_on[0]: field "secret" is sensitive`},
		{"{name: n, type: string, prefetch: true, depends_on: [notes]}", "", `depends_on[0]: field "notes" is a text, which is too long for a search`},
		// Around in a circle, through one thing or another.
		{"{name: n, type: string, when: {m: x}}\n      - {name: m, type: string, when: {n: x}}", "", `fields[7]: field "n" depends on itself: n → m → n`},
		{"{name: n, type: string, default_from: m}\n      - {name: m, type: string, prefetch: true, depends_on: [o]}\n      - {name: o, type: string, when: {n: x}}", "", `fields[7]: field "n" depends on itself: n → m → o → n`},
		{"{name: k, type: string, when: {n: x}}\n      - {name: n, type: string, when: {m: x}}\n      - {name: m, type: string, when: {n: x}}", "", `fields[8]: field "n" depends on itself: n → m → n`},
	} {
		got := mistakesOf(fmt.Sprintf(dependsFlow, tc.field, tc.more))
		switch {
		case tc.wrong == "" && len(got) > 0:
			t.Errorf("%s: %v", tc.field, got)
		case tc.wrong != "" && (len(got) != 1 || !strings.Contains(got[0], tc.wrong)):
			t.Errorf("%s:\n got %q\nwant %q", tc.field, got, tc.wrong)
		}
	}
	// What access is granted to is always shown: without a target, nothing could be granted.
	got := mistakesOf(strings.Replace(fmt.Sprintf(dependsFlow, "{name: n, type: int}", "    durations: [1h]\n    strategy: {type: lambda, function: f}\n"),
		"required: true", "required: true, when: {urgency: High}", 1))
	if len(got) != 1 || !strings.Contains(got[0], "fields[6].when: the field says what access is granted to, so it is always shown") {
		t.Errorf("got %q", got)
	}
}

func mistakesOf(in string) []string {
	_, err := flow.Parse("f", []byte(in))
	if err == nil {
		return nil
	}
	return slices.DeleteFunc(strings.Split(err.Error(), "\n"), func(s string) bool { return s == "" })
}

// A condition is shown in the form of a response: a duration in seconds, a target as its id.
func TestConditionsAreShownAsSent(t *testing.T) {
	file, err := flow.Parse("f", fmt.Appendf(nil, dependsFlow, "{name: n, type: string, when: {length: 1h, target: one, count: [1.0, 2]}}", ""))
	if err != nil {
		t.Fatal(err)
	}
	field, _ := file.Flows[0].Field("n")
	raw, err := json.Marshal(field)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"name":"n","type":"string","when":{"count":[1,2],"length":[3600],"target":["one"]}}`; string(raw) != want {
		t.Errorf("got %s\nwant %s", raw, want)
	}
}

// A request keeps nothing of a hidden field, not even of a sensitive one.
func TestHiddenFieldsOfARequest(t *testing.T) {
	file, err := flow.Parse("f", fmt.Appendf(nil, dependsFlow, "{name: n, type: string, sensitive: true, required: true, when: {urgency: High}}", ""))
	if err != nil {
		t.Fatal(err)
	}
	f := &file.Flows[0]
	ask := func(given string) (flow.Checked, string) {
		in := flow.Request{}
		if err := json.Unmarshal([]byte(given), &in.Fields); err != nil {
			t.Fatal(err)
		}
		checked, wrong := f.Check(in)
		var lines []string
		for _, w := range wrong {
			lines = append(lines, w.Field+": "+w.Detail)
		}
		return checked, strings.Join(lines, "\n")
	}
	if checked, wrong := ask(`{"target":"one","n":"hush"}`); len(checked.Sensitive) > 0 || wrong != "fields.n: shown only when urgency is High" {
		t.Errorf("kept %v; %s", checked.Sensitive, wrong)
	}
	if checked, wrong := ask(`{"target":"one","urgency":"High","n":"hush"}`); string(checked.Sensitive["n"]) != `"hush"` || wrong != "" {
		t.Errorf("kept %v; %s", checked.Sensitive, wrong)
	}
	if _, wrong := ask(`{"target":"one","urgency":"High"}`); wrong != "fields.n: it is required; must be a string" {
		t.Error(wrong)
	}
	if _, wrong := ask(`{"target":"one","nope":1}`); wrong != "fields.nope: the flow has no such field" {
		t.Error(wrong)
	}
}
