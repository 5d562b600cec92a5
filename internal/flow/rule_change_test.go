package flow_test

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// The flow of changes of rules is refused if its proposer or code could approve, or if it
// lacks a field. The functions live with it: such a flow may be of before.
func TestRuleChange(t *testing.T) {
	const good = `flows: [{name: rule-change, hooks: none, admins: [root@example.com, grace@example.com], review: {approvers: [grace@example.com]}, ` +
		`fields: [{name: digest, type: string}, {name: base, type: int}, {name: sheet, type: string}, {name: change, type: text}]}]`
	for name, tc := range map[string]struct{ from, to, refused string }{
		"as it should be": {"", "", ""},
		"another flow":    {"name: rule-change, hooks: none", "name: other, hooks: hooks", ""},
		"self_approval":   {"review: {", "review: {self_approval: true, ", "flows[0].review.self_approval"},
		"break_glass":     {"hooks: none", "hooks: none, break_glass: {who: [ada@example.com], notify: [admins]}", "flows[0].break_glass"},
		"hooks":           {"hooks: none, ", "", "flows[0].hooks"},
		"a strategy":      {"hooks: none", "hooks: none, durations: [1h], targets: [{id: a}], strategy: {type: lambda, function: f}", "flows[0].strategy"},
		"no digest":       {"{name: digest, type: string}, ", "", "flows[0].fields"},
		"another type":    {"{name: base, type: int}", "{name: base, type: string}", "flows[0].fields"},
	} {
		in := strings.Replace(good, tc.from, tc.to, 1)
		if name == "a strategy" {
			in = strings.Replace(in, "fields: [", "fields: [{name: target, type: target, required: true}, ", 1)
		}
		f, err := flow.Parse("flows.yaml", []byte(in))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var refused []string
		for _, e := range f.Refused {
			refused = append(refused, e.Path)
		}
		if got := strings.Join(refused, " "); got != tc.refused {
			t.Errorf("%s: refused %q, want %q", name, got, tc.refused)
		}
	}
}
