package flow_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// A wrong value is not answered with all of a long list.
func TestLongListsAreCut(t *testing.T) {
	var targets, allowed []string
	for i := range 1000 {
		targets = append(targets, fmt.Sprintf("{id: account-%04d-%s}", i, strings.Repeat("x", 100)))
		allowed = append(allowed, fmt.Sprintf("value-%04d-%s", i, strings.Repeat("y", 200)))
	}
	in := "flows:\n  - name: a\n    admins: [root@example.com]\n    targets: [" + strings.Join(targets, ", ") + "]\n    fields:\n" +
		"      - {name: where, type: target}\n"
	for _, typ := range []string{"string", "text", "strings"} {
		in += "      - {name: " + typ + ", type: " + typ + ", allowed: [" + strings.Join(allowed, ", ") + "]}\n"
	}
	file, err := flow.Parse("f", []byte(in))
	if err != nil {
		t.Fatal(err)
	}
	sent := map[string]json.RawMessage{"where": json.RawMessage(`"moon"`), "string": json.RawMessage(`"z"`), "text": json.RawMessage(`"z"`), "strings": json.RawMessage(`["z"]`)}
	_, errs := file.Flows[0].Check(flow.Request{Fields: sent})
	if len(errs) != len(sent) {
		t.Fatalf("errors %v, want one of each field", errs)
	}
	for _, e := range errs {
		if len(e.Detail) > 600 || !strings.HasSuffix(e.Detail, " or 990 more") {
			t.Errorf("%s: %d bytes: %s", e.Field, len(e.Detail), e.Detail)
		}
	}
}
