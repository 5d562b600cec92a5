package flowcheck_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/flowcheck"
)

// The names of flows and those that the hook function knows are compared both
// ways.
func TestNames(t *testing.T) {
	const flows = `flows:
  - {name: guarded, admins: [root@example.com]}
  - {name: plain, hooks: none, admins: [root@example.com]}
  - {name: python, hooks: python-hooks, admins: [root@example.com]}
`
	file, err := flow.Parse("flows.yaml", []byte(flows))
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ has, want []string }{
		"the same":                  {[]string{"guarded"}, nil},
		"all others too":            {[]string{"*"}, nil},
		"and all others":            {[]string{"*", "guarded"}, nil},
		"renamed in the file":       {[]string{"guard"}, []string{`flows.yaml:2:5: flows[0].hooks: f has no hooks for flow "guarded"; it has hooks for: guard`, `flows: f has hooks for flow "guard", but no such flow has its hooks there; was it renamed?`}},
		"renamed, all others too":   {[]string{"*", "guard"}, []string{`f has hooks for flow "guard", but no such flow`}},
		"none at all":               {[]string{}, []string{`f has no hooks for flow "guarded"; it has hooks for: none`}},
		"hooks that are not called": {[]string{"guarded", "plain"}, []string{`flows.yaml:3:26: flows[1].hooks: f has hooks for flow "plain", which would never be called`}},
		"hooks of another function": {[]string{"guarded", "python"}, []string{`f has hooks for flow "python", but no such flow has its hooks there`}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, e := range flowcheck.Names(file, "f", tc.has) {
				got = append(got, e.In("flows.yaml"))
			}
			if len(got) != len(tc.want) {
				t.Fatalf("got %q, want %q", got, tc.want)
			}
			for i, want := range tc.want {
				if !strings.Contains(got[i], want) {
					t.Errorf("got %q, want %q", got[i], want)
				}
			}
		})
	}
}

// A flow without hooks can't have what hooks are needed for.
func TestFlowWithoutHooks(t *testing.T) {
	for more, want := range map[string]string{
		``:                                "",
		`, mode: shadow`:                  "the mode is shadow",
		`, fast_track: {max_per_hour: 1}`: "fast_track limits",
		`, recheck: true`:                 "recheck asks",
		`, fields: [{name: a, type: string, prefetch: true}]`: `the field "a" takes its options from hooks`,
	} {
		file, err := flow.Parse("flows.yaml", []byte(`flows: [{name: plain, hooks: none, admins: [root@example.com]`+more+`}]`))
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", more, err, want)
		}
		if err != nil {
			continue
		}
		block, err := file.Flows[0].ForRun("own")
		if err != nil || block.Hooks != "own" || !block.NoHooks {
			t.Errorf("its runs keep %+v (%v)", block, err)
		}
		if !slices.ContainsFunc(file.Functions, func(u flow.FunctionUse) bool { return u.Name == flow.NoHooks && u.Flow == "plain" }) {
			t.Errorf("it uses %+v", file.Functions)
		}
	}
}
