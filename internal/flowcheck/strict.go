package flowcheck

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookfunc"
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
		if slices.Contains(f.Review.Approvers, "everyone") {
			found = append(found, at.Finding(fmt.Sprintf("flow %q has the approvers everyone: any two people can approve each other's requests", f.Name)))
		}
		if f.Hooks == flow.NoHooks || f.Shadow {
			continue // people decide everything
		}
		open, note, err := p.approvesAll(ctx, f)
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

// stranger is a person of whom only an address is known.
var stranger = run.Person{ID: "stranger@nowhere.invalid", Email: "stranger@nowhere.invalid"}

// approvesAll finds an on_request that approves whatever a stranger requests: each
// target, and each allowed value of each field, one at a time. A hook that refuses
// any of them is fine, so another gap is not found.
func (p Production) approvesAll(ctx context.Context, f *flow.Flow) (open, note string, err error) {
	block, err := f.ForRun(hookfunc.Own(p.Stack))
	if err != nil {
		return "", "", err
	}
	call := p.Function(f, block)
	if call == nil {
		return "", fmt.Sprintf("the hooks of flow %q were not tried; give --binary or --deployed", f.Name), nil
	}
	tried := 0
	for _, request := range variants(f) {
		checked, wrong := f.Check(request)
		if len(wrong) > 0 {
			continue // a pattern, say, that no sample text fits
		}
		now := time.Now()
		v, err := replay.Ask(ctx, run.Draft{
			ID: run.NewID(now), Flow: block, Requester: stranger, Channel: run.ViaAPI, Fields: checked.Fields, Sensitive: checked.Sensitive,
			Reason: request.Reason, DurationSeconds: checked.DurationSeconds,
		}, now, call, replay.Options{Today: p.File.Today()})
		switch {
		case err != nil:
			return "", "", err
		case v.Outcome != replay.Approve:
			return "", "", nil
		}
		tried++
	}
	if tried == 0 {
		return "", fmt.Sprintf("the hooks of flow %q were not tried: no sample request passes its checks", f.Name), nil
	}
	who := "anybody"
	if !slices.Contains(f.Requesters, "everyone") {
		who = "any of its requesters"
	}
	return fmt.Sprintf("on_request of flow %q approved %s of an unknown person: it approves whatever %s requests", f.Name, text.Count(tried, "trial request"), who), "", nil
}

// variants returns requests that differ in one choice each.
func variants(f *flow.Flow) []flow.Request {
	base := map[string]json.RawMessage{}
	choices := map[string][]json.RawMessage{}
	for _, field := range f.Fields {
		all := values(f, field)
		if len(all) == 0 {
			continue
		}
		base[field.Name], choices[field.Name] = all[0], all[1:]
	}
	request := func(name string, value json.RawMessage, seconds *int) flow.Request {
		fields := maps.Clone(base)
		if name != "" {
			fields[name] = value
		}
		return flow.Request{Fields: fields, Reason: "to try what is approved", DurationSeconds: seconds}
	}
	all := []flow.Request{request("", nil, nil)}
	for _, field := range f.Fields {
		for _, value := range choices[field.Name] {
			all = append(all, request(field.Name, value, nil))
		}
	}
	for _, seconds := range f.DurationsSeconds {
		all = append(all, request("", nil, &seconds))
	}
	return all
}

// values returns up to 50 values of a field to try: its targets or allowed values,
// else one of its type.
func values(f *flow.Flow, field flow.Field) (all []json.RawMessage) {
	const most = 50
	least := int64(1)
	if field.Min != nil {
		least = max(least, *field.Min)
	}
	encode := func(v any) {
		if raw, err := json.Marshal(v); err == nil {
			all = append(all, raw)
		}
	}
	switch field.Type {
	case flow.TargetOf:
		for _, t := range f.Targets {
			encode(t.ID)
		}
	case flow.Bool:
		encode(false)
		encode(true)
	case flow.Int:
		encode(least)
	case flow.Duration:
		encode(fmt.Sprintf("%ds", least))
	case flow.User:
		encode(stranger.Email)
	case flow.Strings:
		for _, v := range field.Allowed {
			encode([]json.RawMessage{v})
		}
		if len(field.Allowed) == 0 {
			encode([]string{"sample"})
		}
	default:
		encode(fmt.Sprintf("%-*s", int(min(least, 100)), "sample"))
	}
	if len(field.Allowed) > 0 && field.Type != flow.Strings && field.Type != flow.TargetOf {
		all = field.Allowed
	}
	return all[:min(len(all), most)]
}
