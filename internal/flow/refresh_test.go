package flow_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// A request made before has its targets with today's settings; what the flow no
// longer has stays.
func TestRefresh(t *testing.T) {
	f, err := flow.Parse("flows.yaml", []byte(`flows:
  - name: f
    admins: [root@example.com]
    fields: [{name: target, type: target}, {name: other, type: target}, {name: why, type: string}]
    targets: [{id: prod, label: Production, settings: {low_risk: true}}]
`))
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]json.RawMessage{
		"target": json.RawMessage(`{"id":"prod","label":"Prod","settings":{"low_risk":false}}`),
		"other":  json.RawMessage(`{"id":"gone","label":"Gone"}`),
		"why":    json.RawMessage(`"prod"`),
		"before": json.RawMessage(`1`),
	}
	got := map[string]string{}
	for name, value := range f.Flows[0].Refresh(in) {
		got[name] = string(value)
	}
	want := map[string]string{
		"target": `{"id":"prod","label":"Production","settings":{"low_risk":true}}`,
		"other":  `{"id":"gone","label":"Gone"}`, "why": `"prod"`, "before": `1`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if string(in["target"]) != `{"id":"prod","label":"Prod","settings":{"low_risk":false}}` {
		t.Errorf("the request itself is changed: %s", in["target"])
	}
}

// What today's form hides is not given to today's hooks.
func TestRefreshHides(t *testing.T) {
	f, err := flow.Parse("flows.yaml", []byte(`flows:
  - name: f
    admins: [root@example.com]
    fields: [{name: ticket, type: string, when: {target: prod}}, {name: target, type: target}]
    targets: [{id: prod}, {id: test}]
`))
	if err != nil {
		t.Fatal(err)
	}
	for target, kept := range map[string]bool{"prod": true, "test": false} {
		got := f.Flows[0].Refresh(map[string]json.RawMessage{"target": json.RawMessage(`{"id":"` + target + `","label":"x"}`), "ticket": json.RawMessage(`"OPS-1"`)})
		if (got["ticket"] != nil) != kept || got["target"] == nil {
			t.Errorf("of %s: %s", target, got)
		}
	}
}
