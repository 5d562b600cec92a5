package flowcheck

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// samples are the flows that ship: their labels by their names.
var samples = map[string]string{
	"everything-goes": "Everything goes",
	"aws-access":      "AWS access",
	"low-risk":        "Low risk",
	"on-call":         "On call",
	"groups":          "Groups",
	"roles":           "Roles",
	"custom-lambda":   "Custom Lambda",
	"python-hooks":    "Python hooks",
	"guarded":         "Guarded deploy",

	"conditional-urgency": "Conditional urgency",
	"departments":         "Departments",
	"repositories":        "Repositories",

	"maintenance":     "Planned maintenance",
	"emergency":       "Emergency",
	"safelist":        "New package",
	"team-membership": "Team membership",
	"rule-change":     "Change of flows.yaml",
}

// samplePlace matches the placeholders of samples and starters: hosts under example.com and
// other names for examples (RFC 2606), AWS's account for examples, the schedule of on-call,
// and ids of IAM Identity Center that are zeros.
var samplePlace = regexp.MustCompile(`(?i)(^|[@./])example\.[a-z]|\.example\b|\b123456789012\b|^P123$|\bssoins-0{16}\b|^d-0{10}$`)

// Production finds what is fine for trying fasttrack, and wrong in production.
type Production struct {
	// Source is the text of File.
	Source []byte
	File   *flow.File
	// Stack is the name of the stack whose hook function runs use.
	Stack string
	// Function returns the function that has a flow's hooks, nil if it can't be
	// called.
	Function func(f *flow.Flow, block run.Flow) replay.Function
}

// Check returns mistakes in the order of the file. The notes say what was not tried.
// Hooks are tried with the vars of each stage.
func (p Production) Check(ctx context.Context) (found []flow.Error, notes []string, err error) {
	scalars := flow.Scalars(p.Source)
	found = leftovers(scalars)
	names := map[string]flow.Scalar{}
	for _, v := range scalars {
		if flowName.MatchString(v.Path()) {
			names[v.Value] = v
		}
	}
	for i := range p.File.Flows {
		f := &p.File.Flows[i]
		at := names[f.Name]
		if samples[f.Name] == f.Label {
			found = append(found, at.Finding(fmt.Sprintf("flow %q is a sample that ships with fasttrack; delete it, or make it your own, including its label", f.Name)))
		}
		if f.Strategy != nil && f.Strategy.Function == "grant-demo" {
			found = append(found, at.Finding(fmt.Sprintf("flow %q has the strategy grant-demo, which grants no access", f.Name)))
		}
		if open := openToAll(f); open != "" {
			found = append(found, at.Finding(open))
		}
		if f.Hooks == flow.NoHooks || f.Shadow {
			continue // people decide everything
		}
		open, note, err := p.stages(ctx, f.Name)
		if err != nil {
			return nil, nil, fmt.Errorf("try the hooks of flow %q: %w", f.Name, err)
		}
		if open != "" {
			found = append(found, at.Finding(open))
		}
		if note != "" {
			notes = append(notes, note)
		}
	}
	slices.SortStableFunc(found, func(a, b flow.Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return found, notes, nil
}

var flowName = regexp.MustCompile(`^flows\[\d+\]\.name$`)

// leftovers finds the placeholders of samples, each value once.
func leftovers(scalars []flow.Scalar) (found []flow.Error) {
	places := map[string]int{}
	for _, s := range scalars {
		places[s.Value]++
	}
	seen := map[string]bool{}
	for _, s := range scalars {
		if seen[s.Value] || !samplePlace.MatchString(s.Value) {
			continue
		}
		seen[s.Value] = true
		more := ""
		if n := places[s.Value] - 1; n > 0 {
			more = fmt.Sprintf(" (and in %s)", text.Count(n, "more place"))
		}
		found = append(found, s.Finding(fmt.Sprintf("%q is a placeholder%s; must be a value of your own", s.Value, more)))
	}
	return found
}
