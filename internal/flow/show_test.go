package flow_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Sensitive fields have their labels, in the order of the flow; one that is gone its name.
func TestShowWithheld(t *testing.T) {
	file, err := flow.Parse("flows.yaml", []byte(`flows:
  - name: aws
    admins: [root@example.com, linus@example.com]
    fields:
      - {name: token, label: One-time code, type: string, sensitive: true}
      - {name: pin, type: string, sensitive: true}
      - {name: key, label: Key, type: string, sensitive: true}
`))
	if err != nil {
		t.Fatal(err)
	}
	v := api.Request{Flow: "aws", Withheld: []string{"gone", "key", "pin", "token"}}
	file.Show(&v, &run.Run{})
	want := []api.FieldName{{Name: "token", Label: "One-time code"}, {Name: "pin", Label: "pin"}, {Name: "key", Label: "Key"}, {Name: "gone", Label: "gone"}}
	if diff := cmp.Diff(want, v.WithheldShown); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A request reads as today's flow calls things; one of a flow that is gone, or of
// fields that are, still reads as something.
func TestShow(t *testing.T) {
	file, err := flow.Parse("flows.yaml", []byte(`flows:
  - name: aws
    label: AWS access
    admins: [root@example.com, linus@example.com]
    fields:
      - {name: urgency, label: Urgency, type: string}
      - {name: target, label: Access to, type: target}
      - {name: pause, type: duration}
      - {name: twice, type: bool}
      - {name: n, type: int}
      - {name: tags, type: strings}
      - {name: owner, type: user}
      - {name: pin, type: string, sensitive: true}
    targets: [{id: prod-ro, label: Production read-only}, {id: dev}]
`))
	if err != nil {
		t.Fatal(err)
	}
	field := func(name, label, kind, value, shown string) api.FieldShown {
		return api.FieldShown{Name: name, Label: label, Type: kind, Value: json.RawMessage(value), Shown: shown}
	}
	fields := func(raw string) (all map[string]json.RawMessage) {
		if err := json.Unmarshal([]byte(raw), &all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	for name, tc := range map[string]struct {
		file                *flow.File
		flow, label, fields string
		title, labelOfFlow  string
		shown               []api.FieldShown
		chosen              map[string]map[string]string
	}{
		"every type": {
			file, "aws", "Then", `{"twice":true,"target":{"id":"prod-ro","label":"Production read-only"},"urgency":"Low","pause":5400,"n":7,"tags":["a","b"],"owner":"ada@example.com"}`,
			"Production read-only", "AWS access", []api.FieldShown{
				field("urgency", "Urgency", "string", `"Low"`, "Low"), field("target", "Access to", "target", `"prod-ro"`, "Production read-only"),
				field("pause", "pause", "duration", `5400`, "1h30m"), field("twice", "twice", "bool", `true`, "yes"), field("n", "n", "int", `7`, "7"),
				field("tags", "tags", "strings", `["a","b"]`, "a, b"), field("owner", "owner", "user", `"ada@example.com"`, "ada@example.com"),
			}, nil,
		},
		"chosen options": {
			file, "aws", "", `{"urgency":"low","tags":["a","b"],"owner":"ada@example.com"}`, "AWS access", "AWS access", []api.FieldShown{
				field("urgency", "Urgency", "string", `"low"`, "Low, by tomorrow"), field("tags", "tags", "strings", `["a","b"]`, "a, Beta"),
				field("owner", "owner", "user", `"ada@example.com"`, "Ada"),
			},
			map[string]map[string]string{"urgency": {"low": "Low, by tomorrow", "high": "no"}, "tags": {"b": "Beta"}, "owner": {"ada@example.com": "Ada"}},
		},
		"a target without a label": {file, "aws", "", `{"target":{"id":"dev"}}`, "dev", "AWS access", []api.FieldShown{field("target", "Access to", "target", `"dev"`, "dev")}, nil},
		"no target":                {file, "aws", "", `{}`, "AWS access", "AWS access", []api.FieldShown{}, nil},
		"a field that is gone":     {file, "aws", "", `{"old":"x","n":1}`, "AWS access", "AWS access", []api.FieldShown{field("n", "n", "int", `1`, "1"), field("old", "old", "string", `"x"`, "x")}, nil},
		"a flow that is gone":      {file, "gone", "Gone flow", `{"target":{"id":"p","label":"P"}}`, "P", "Gone flow", []api.FieldShown{field("target", "target", "target", `"p"`, "P")}, nil},
		"no file":                  {nil, "aws", "", `{"on":false}`, "aws", "aws", []api.FieldShown{field("on", "on", "bool", `false`, "no")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			v := api.Request{Flow: tc.flow, Fields: fields(tc.fields)}
			tc.file.Show(&v, &run.Run{Flow: run.Flow{Label: tc.label}, Chosen: tc.chosen})
			if v.Title != tc.title || v.FlowLabel != tc.labelOfFlow {
				t.Errorf("title %q, flow %q", v.Title, v.FlowLabel)
			}
			if diff := cmp.Diff(tc.shown, v.FieldsShown); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
