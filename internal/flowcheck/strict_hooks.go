package flowcheck

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookfunc"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// stages tries the hooks of a flow in each stage, with the vars of that stage.
func (p Production) stages(ctx context.Context, name string) (open, note string, err error) {
	in := map[string][]string{}
	stages := p.File.Deployments()
	for _, stage := range stages {
		file, err := p.File.At(stage)
		if err != nil {
			return "", "", err
		}
		f, _ := file.Find(name)
		found, missed, err := p.approvesAll(ctx, file, f)
		if err != nil {
			return "", "", err
		}
		if note = missed; found != "" {
			open = found
			in[found] = append(in[found], stage)
		}
	}
	if n := len(in[open]); open != "" && n < len(stages) {
		open += fmt.Sprintf(" (in stage %s)", strings.Join(in[open], ", "))
	}
	return open, note, nil
}

// stranger is a person of whom only an address is known.
var stranger = run.Person{ID: "stranger@nowhere.invalid", Email: "stranger@nowhere.invalid"}

// probe is an unknown person who requests, and what rules approve that approve them.
type probe struct {
	person run.Person
	who    string
}

// maxDomains bounds the e-mail domains that unknown colleagues come from.
const maxDomains = 5

// probes returns a stranger, a stranger in every group that may request, and a colleague
// at each e-mail domain of the file.
func probes(file *flow.File, f *flow.Flow) []probe {
	everyone := slices.Contains(f.Requesters, "everyone")
	who := "anybody"
	if !everyone {
		who = "any of its requesters"
	}
	all := []probe{{stranger, who}}
	member := stranger
	for _, principal := range f.Requesters {
		if group, is := strings.CutPrefix(principal, "group:"); is {
			member.Groups = append(member.Groups, group)
		}
	}
	if !everyone && len(member.Groups) > 0 {
		all = append(all, probe{member, who})
	}
	for _, domain := range domains(file, f) {
		colleague := member
		if everyone {
			colleague.Groups = nil
		}
		colleague.Email = "stranger@" + domain
		colleague.ID = colleague.Email
		all = append(all, probe{colleague, "anybody at " + domain})
	}
	return all
}

// domains returns the e-mail domains of the people whom the flow and the directory name.
func domains(file *flow.File, f *flow.Flow) (found []string) {
	named := slices.Concat(f.Admins, f.Requesters, f.Review.Approvers)
	for _, name := range slices.Sorted(maps.Keys(file.Directory.Groups)) {
		named = append(named, file.Directory.Groups[name].Members...)
	}
	for _, p := range file.Directory.People {
		named = append(named, p.Email)
	}
	for _, name := range named {
		_, domain, _ := strings.Cut(name, "@")
		if email.Plain(name) && !slices.Contains(found, email.Fold(domain)) && len(found) < maxDomains {
			found = append(found, email.Fold(domain))
		}
	}
	return found
}

// approvesAll finds hooks that approve whatever an unknown person requests: each target,
// and each allowed value of each field, one at a time. Hooks that let everybody approve
// count too. A hook that refuses any of them is fine, so another gap is not found.
func (p Production) approvesAll(ctx context.Context, file *flow.File, f *flow.Flow) (open, note string, err error) {
	block, err := f.ForRun(hookfunc.Own(p.Stack))
	if err != nil {
		return "", "", err
	}
	call := p.Function(f, block)
	if call == nil {
		return "", fmt.Sprintf("the hooks of flow %q were not tried; give --binary or --deployed", f.Name), nil
	}
	var requests []run.Draft
	for _, request := range variants(f) {
		checked, wrong := f.Check(request)
		if len(wrong) > 0 {
			continue // a pattern, say, that no sample text fits
		}
		requests = append(requests, run.Draft{
			Flow: block, Channel: run.ViaAPI, Fields: checked.Fields, Sensitive: checked.Sensitive,
			Reason: request.Reason, DurationSeconds: checked.DurationSeconds,
		})
	}
	if len(requests) == 0 {
		return "", fmt.Sprintf("the hooks of flow %q were not tried: no sample request passes its checks", f.Name), nil
	}
	for _, probe := range probes(file, f) {
		byCode, byAnyone, err := p.try(ctx, call, file, probe.person, requests)
		switch {
		case err != nil:
			return "", "", err
		case byCode == len(requests):
			return fmt.Sprintf("on_request of flow %q approved %s of an unknown person: it approves whatever %s requests", f.Name, text.Count(byCode, "trial request"), probe.who), "", nil
		case byCode+byAnyone == len(requests) && openToAll(f) == "":
			return fmt.Sprintf("get_permissions of flow %q returns the approvers everyone for %s of an unknown person: any two people can approve each other's requests", f.Name, text.Count(byAnyone, "trial request")), "", nil
		}
	}
	return "", "", nil
}

// try counts the requests of a person that hooks approve, and those that hooks let
// everybody approve. It ends at the first that they leave to some people.
func (p Production) try(ctx context.Context, call replay.Function, file *flow.File, person run.Person, requests []run.Draft) (byCode, byAnyone int, err error) {
	for _, draft := range requests {
		now := time.Now()
		draft.ID, draft.Requester = run.NewID(now), person
		v, err := replay.Ask(ctx, draft, now, call, replay.Options{Today: file.Today()})
		switch {
		case err != nil:
			return 0, 0, err
		case v.Outcome == replay.Approve:
			byCode++
		case v.Outcome == replay.People && namesEveryone(v.Review):
			byAnyone++
		default:
			return byCode, byAnyone, nil
		}
	}
	return byCode, byAnyone, nil
}

// namesEveryone reports whether everybody may approve by a review.
func namesEveryone(r *api.Review) bool {
	return r != nil && (slices.Contains(r.Approvers, "everyone") || slices.ContainsFunc(r.Approvals, func(need api.Requirement) bool { return need.From == "everyone" }))
}

// variants returns requests that differ in one choice each, and for each field that others
// hide one in which it is shown.
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
		return flow.Request{Fields: f.Form().Prune(fields), Reason: "to try what is approved", DurationSeconds: seconds}
	}
	all := []flow.Request{request("", nil, nil)}
	for _, field := range f.Fields {
		for _, value := range choices[field.Name] {
			all = append(all, request(field.Name, value, nil))
		}
	}
	for _, field := range f.Fields {
		if len(field.When) > 0 {
			r := request("", nil, nil)
			r.Fields = maps.Clone(base)
			showField(f, r.Fields, field)
			r.Fields = f.Form().Prune(r.Fields)
			all = append(all, r)
		}
	}
	for _, seconds := range f.DurationsSeconds {
		all = append(all, request("", nil, &seconds))
	}
	return all
}

// showField sets in other fields the values with which a field is shown, and those with which
// they are shown themselves. Fields that contradict one another leave it hidden.
func showField(f *flow.Flow, fields map[string]json.RawMessage, field flow.Field) {
	for name, values := range field.When {
		source, there := f.Field(name)
		if !there || len(values) == 0 {
			continue
		}
		if fields[name] = values[0]; source.Type == flow.Strings {
			fields[name] = json.RawMessage("[" + string(values[0]) + "]")
		}
		showField(f, fields, source)
	}
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
