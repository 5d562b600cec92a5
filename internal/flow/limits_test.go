package flow_test

import (
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// What flows.yaml says of limits, and the defaults of what it doesn't.
func TestAllowance(t *testing.T) {
	ada, ci := run.Person{ID: "ada@example.com"}, run.Person{ID: "ci", Machine: true}
	for limits, want := range map[string]struct {
		person, machine flow.Allowance
		holders         int
	}{
		"": {flow.Allowance{Open: 20, PerMinute: 10}, flow.Allowance{Open: 20, PerMinute: 60}, 0},
		", limits: {open_per_person: 3, machines_per_minute: 7}": {flow.Allowance{Open: 3, PerMinute: 10}, flow.Allowance{Open: 3, PerMinute: 7}, 0},
		", limits: {per_minute: none, holders: 9}":               {flow.Allowance{Open: 20, PerMinute: -1}, flow.Allowance{Open: 20, PerMinute: 60}, 9},
		", limits: none": {flow.Allowance{Open: -1, PerMinute: -1}, flow.Allowance{Open: -1, PerMinute: -1}, 0},
	} {
		file, err := flow.Parse("f", []byte("flows: [{name: f, admins: [root@example.com]"+limits+"}]"))
		if err != nil {
			t.Fatal(err)
		}
		f := &file.Flows[0]
		kept, err := f.ForRun("hooks")
		if err != nil {
			t.Fatal(err)
		}
		if p, m := f.Allowance(ada), f.Allowance(ci); p != want.person || m != want.machine || kept.Holders != want.holders {
			t.Errorf("%q: %+v for a person, %+v for a machine, %d holders; want %+v", limits, p, m, kept.Holders, want)
		}
	}
}
