package flow

import (
	"fmt"
	"os"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Today is whom the file names: who may act on the runs there are.
func (f *File) Today() *run.Today {
	t := &run.Today{
		Flows: map[string]run.TodayFlow{}, Admins: f.Admins,
		Groups: map[string]run.TodayGroup{}, People: map[string]string{},
	}
	for i := range f.Flows {
		t.Flows[f.Flows[i].Name] = f.Flows[i].today()
	}
	for name, g := range f.Directory.Groups {
		t.Groups[name] = run.TodayGroup(g)
	}
	for _, e := range f.Directory.People {
		for _, identity := range append([]string{e.Email}, e.Identities...) {
			t.People[email.Fold(identity)] = email.Fold(e.Email)
		}
	}
	return t
}

func (f *Flow) today() run.TodayFlow {
	t := run.TodayFlow{Admins: f.Admins, Viewers: f.Review.Viewers, Recheck: f.Recheck, Slack: f.Slack, NotifyEnds: f.Review.NotifyEnds, Extend: f.ExtendRule(), UntilRevoked: f.UntilRevoked}
	t.Approvers = append(t.Approvers, f.Review.Approvers...)
	t.Requesters, t.VisibleTo = f.Requesters, f.VisibleTo
	if f.OnBehalf != nil {
		t.OnBehalf, t.Beneficiaries = f.OnBehalf.Who, f.beneficiaries()
	}
	for _, need := range f.Review.Approvals {
		if need.From != "" {
			t.Approvers = append(t.Approvers, need.From)
		}
	}
	return t
}

// ReadToday reads whom the flows.yaml at path names, beside whatever the caller
// goes on to do; the function that it returns waits for that. A file that can't be
// read is said to failed, and then it returns nil: access must end on time all the
// same, and functions/approve, which takes what people do, does not start with
// such a file.
func ReadToday(path string, failed func(...any)) func() *run.Today {
	var today *run.Today
	done := make(chan struct{})
	go func() {
		defer close(done)
		var err error
		if today, err = LoadToday(path); err != nil {
			failed(err)
		}
	}()
	return func() *run.Today {
		<-done
		return today
	}
}

// LoadToday reads from the flows.yaml at path whom it names, and nothing else: a
// mistake elsewhere in the file is none here. The error is *[Errors] where the
// file could be read.
func LoadToday(path string) (*run.Today, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read flows: %w", err)
	}
	return ParseToday(path, raw)
}

// ParseToday reads whom a flows.yaml names; name is what mistakes are reported
// under.
func ParseToday(name string, raw []byte) (*run.Today, error) {
	r := newReader(name)
	root, ok := r.root(raw)
	if !ok {
		return nil, &r.errs
	}
	file := &File{}
	r.some(root, "", map[string]func(*yaml.Node, string){
		"admins":    r.principals(&file.Admins, false),
		"directory": func(n *yaml.Node, at string) { r.directory(n, at, &file.Directory) },
		"flows": func(n *yaml.Node, at string) {
			r.items(n, at, func(item *yaml.Node, at string) { file.Flows = append(file.Flows, r.whom(item, at)) })
		},
	})
	file.Directory.unify(file)
	if len(r.errs.List) > 0 {
		sortByPlace(r.errs.List)
		return nil, &r.errs
	}
	return file.Today(), nil
}

// whom reads whom a flow names.
func (r *reader) whom(n *yaml.Node, path string) Flow {
	f := Flow{Requesters: []string{"everyone"}}
	r.some(n, path, map[string]func(*yaml.Node, string){
		"name":       r.text(&f.Name, 63),
		"admins":     r.principals(&f.Admins, false),
		"requesters": r.principals(&f.Requesters, false),
		"visible_to": r.principals(&f.VisibleTo, false),
		"on_behalf": func(n *yaml.Node, at string) {
			f.OnBehalf = &OnBehalf{}
			r.some(n, at, map[string]func(*yaml.Node, string){"who": r.principals(&f.OnBehalf.Who, false), "for": r.principals(&f.OnBehalf.For, false)})
		},
		"recheck": func(n *yaml.Node, at string) { r.recheck(n, at, &f) },
		"slack":   r.slackUse(&f.Slack),
		"durations": func(n *yaml.Node, at string) {
			r.lenient(func() { r.durations(n, at, &f) }, func() { f.DurationsSeconds, f.UntilRevoked = nil, false })
		},
		"extend": func(n *yaml.Node, at string) {
			r.lenient(func() { r.extend(n, at, &f) }, func() { f.Extend = nil })
		},
		"review": func(n *yaml.Node, at string) {
			r.some(n, at, map[string]func(*yaml.Node, string){
				"approvers":   r.principals(&f.Review.Approvers, true),
				"viewers":     r.principals(&f.Review.Viewers, true),
				"approvals":   func(n *yaml.Node, at string) { r.approvals(n, at, &f.Review) },
				"notify_ends": r.bool(&f.Review.NotifyEnds),
			})
		},
	})
	if len(f.Review.Approvers) == 0 {
		f.Review.Approvers = []string{"admins"}
	}
	return f
}

// lenient reads what says nothing of who may act: with a mistake, it is as if absent.
func (r *reader) lenient(read, absent func()) {
	before := len(r.errs.List)
	if read(); len(r.errs.List) > before {
		r.errs.List = r.errs.List[:before]
		absent()
	}
}

// some reads those members of a mapping that are known, and leaves the others.
func (r *reader) some(n *yaml.Node, path string, known map[string]func(*yaml.Node, string)) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		r.fail(n, path, "must be a mapping, got %s", describe(n))
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if read, ok := known[n.Content[i].Value]; ok {
			read(resolve(n.Content[i+1]), join(path, n.Content[i].Value))
		}
	}
}
