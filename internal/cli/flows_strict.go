package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// samples are the flows that ship, by name and label.
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

// samplePlace matches what samples name in place of what is yours: hosts under
// example.com and other names for examples (RFC 2606), AWS's account for examples,
// and the schedule of the sample flow on-call.
var samplePlace = regexp.MustCompile(`(?i)(^|[@./])example\.[a-z]|\.example\b|\b123456789012\b|^P123$`)

// strictly looks for what is right for trying fasttrack, and wrong in production.
type strictly struct {
	path string
	file *flow.File
	// stack is the one whose hook function a run would go by.
	stack string
	// ask gives the function that has a flow's hooks, nil where that can't be asked.
	ask func(f *flow.Flow, block run.Flow) (replay.Function, error)
}

// findings are in the order of the file; notes say what was not tried.
func (s strictly) findings(ctx context.Context) (found []flow.Error, notes []string, err error) {
	raw, err := os.ReadFile(s.path)
	if err != nil {
		return nil, nil, err
	}
	scalars := flow.Scalars(raw)
	found = leftovers(scalars)
	names := map[string]flow.Scalar{}
	for _, v := range scalars {
		if flowName.MatchString(v.Path()) {
			names[v.Value] = v
		}
	}
	for i := range s.file.Flows {
		f := &s.file.Flows[i]
		at := names[f.Name]
		if samples[f.Name] == f.Label {
			found = append(found, at.Finding(fmt.Sprintf("%q is a sample that ships with fasttrack; delete it or make it yours, its label too", f.Name)))
		}
		if f.Strategy != nil && f.Strategy.Function == "grant-demo" {
			found = append(found, at.Finding(fmt.Sprintf("%q has the strategy grant-demo, which gives nothing", f.Name)))
		}
		if slices.Contains(f.Review.Approvers, "everyone") {
			found = append(found, at.Finding(fmt.Sprintf("%q has the approvers everyone: any two people approve whatever one of them asks for", f.Name)))
		}
		if f.Hooks == flow.NoHooks || f.Shadow {
			continue // nothing is approved before people are asked
		}
		open, note, err := s.approvesAll(ctx, f)
		if err != nil {
			return nil, nil, fmt.Errorf("%s can't be tried: %w", f.Name, err)
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

// leftovers are the placeholders of samples, each value once.
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
			more = fmt.Sprintf(" (and in %s)", count(n, "more place"))
		}
		found = append(found, s.Finding(fmt.Sprintf("%q is a placeholder%s; your own was expected", s.Value, more)))
	}
	return found
}

// stranger is somebody of whom nothing is known but an address.
var stranger = run.Person{ID: "stranger@nowhere.invalid", Email: "stranger@nowhere.invalid"}

// approvesAll says so if on_request approves whatever a stranger asks of a flow:
// each target, and each allowed value of each field, one after the other. It never
// names a rule that refuses any of them, so a rule with another gap is not found.
func (s strictly) approvesAll(ctx context.Context, f *flow.Flow) (open, note string, err error) {
	block, err := f.ForRun(ownHooks(s.stack))
	if err != nil {
		return "", "", err
	}
	ask, err := s.ask(f, block)
	if err != nil {
		return "", "", err
	}
	if ask == nil {
		return "", fmt.Sprintf("what the hooks of %q approve was not tried; --binary or --deployed says where they are", f.Name), nil
	}
	tried := 0
	for _, request := range variants(f) {
		checked, wrong := f.Check(request)
		if len(wrong) > 0 {
			continue // a pattern, say, that no sample text fits
		}
		now := time.Now()
		v, err := replay.Ask(ctx, run.Asked{
			ID: run.NewID(now), Flow: block, Requester: stranger, Channel: run.ViaAPI, Fields: checked.Fields, Sensitive: checked.Sensitive,
			Reason: request.Reason, DurationSeconds: checked.DurationSeconds,
		}, now, ask, replay.Options{Today: s.file.Today()})
		switch {
		case err != nil:
			return "", "", err
		case v.Outcome != replay.Approve:
			return "", "", nil
		}
		tried++
	}
	if tried == 0 {
		return "", fmt.Sprintf("what the hooks of %q approve was not tried: no request of it could be made up", f.Name), nil
	}
	who := "anybody"
	if !slices.Contains(f.Requesters, "everyone") {
		who = "any of its requesters"
	}
	return fmt.Sprintf("on_request of %q approved %s of somebody of whom nothing is known: it approves whatever %s asks for", f.Name, count(tried, "trial request"), who), "", nil
}

// variants are requests that differ in one choice each.
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
		return flow.Request{Fields: fields, Reason: "to see what is approved", DurationSeconds: seconds}
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

// values are what to try for a field, up to 50: its targets or allowed values,
// else one that fits its type.
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

// strict is what --strict finds, with the hooks of the binary or, with --deployed,
// those that are deployed.
func (d *deployed) strict(ctx context.Context, file *flow.File, path, binary string) ([]flow.Error, []string, error) {
	s := strictly{path: path, file: file, stack: d.stack}
	if d.ask {
		client, err := lambdaClient(ctx, d.endpoint)
		if err != nil {
			return nil, nil, err
		}
		s.ask = func(_ *flow.Flow, block run.Flow) (replay.Function, error) {
			return lambdaFunction(client, block.Hooks), nil
		}
		return s.findings(ctx)
	}
	if binary == "" {
		binary = filepath.Join(filepath.Dir(path), filepath.FromSlash(hooksBinary))
		if _, err := os.Stat(binary); err != nil {
			binary = ""
		}
	}
	var own replay.Function
	if binary != "" {
		ask, closes, err := binaryFunction(binary, d.endpoint)
		if err != nil {
			return nil, nil, err
		}
		defer closes()
		own = ask
	}
	s.ask = func(f *flow.Flow, _ run.Flow) (replay.Function, error) {
		if f.Hooks != flow.OwnHooks {
			return nil, nil
		}
		return own, nil
	}
	return s.findings(ctx)
}
