package flow_test

import (
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// A flow has another version whenever anything in it is another, and the same
// whatever is changed beside it.
func TestVersion(t *testing.T) {
	version := func(in string) string {
		t.Helper()
		f, err := flow.Parse("flows.yaml", []byte(in))
		if err != nil {
			t.Fatal(err)
		}
		v, err := f.Flows[0].Version()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	const plain = "flows:\n  - {name: f, admins: [root@example.com], vars: {a: 1, b: 2}}\n"
	first := version(plain)
	for name, in := range map[string]string{
		"written otherwise": "# so\nflows: [{admins: [root@example.com], name: f, vars: {b: 2, a: 1}}]\n",
		"another beside it": plain + "  - {name: g, admins: [root@example.com]}\n",
		"the directory":     plain + "directory: {groups: {sre: [grace@example.com]}}\n",
	} {
		if got := version(in); got != first {
			t.Errorf("%s: the version is %s, want %s", name, got, first)
		}
	}
	seen := map[string]string{first: "as it was"}
	for name, in := range map[string]string{
		"vars":       "flows: [{name: f, admins: [root@example.com], vars: {a: 1, b: 3}}]",
		"admins":     "flows: [{name: f, admins: [rot@example.com], vars: {a: 1, b: 2}}]",
		"mode":       "flows: [{name: f, mode: shadow, admins: [root@example.com], vars: {a: 1, b: 2}}]",
		"fast_track": "flows: [{name: f, fast_track: {max_per_hour: 1}, admins: [root@example.com], vars: {a: 1, b: 2}}]",
		"limits":     "flows: [{name: f, limits: {per_minute: 1}, admins: [root@example.com], vars: {a: 1, b: 2}}]",
		"a field":    "flows: [{name: f, fields: [{name: a, type: string}], admins: [root@example.com], vars: {a: 1, b: 2}}]",
		"a default":  "flows: [{name: f, fields: [{name: a, type: string, default: x}], admins: [root@example.com], vars: {a: 1, b: 2}}]",
		"timeout":    "flows: [{name: f, review: {timeout: 2h}, admins: [root@example.com], vars: {a: 1, b: 2}}]",
	} {
		v := version(in)
		if other, there := seen[v]; there {
			t.Errorf("%s has the version of %s", name, other)
		}
		seen[v] = name
	}
}
