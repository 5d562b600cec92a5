package flow

import (
	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// OnBehalf is who may request for other people, and for whom.
type OnBehalf struct {
	// Who are the principals who may. A machine must be named.
	Who []string `json:",omitempty"`
	// For are whom they may request for; empty for the flow's requesters.
	For []string `json:",omitempty"`
}

// MayAskForOthers reports whether p may request the flow for somebody else.
func (f *Flow) MayAskForOthers(p run.Person) bool {
	return f.OnBehalf != nil && names(f.OnBehalf.Who, p)
}

// MayBeAskedFor reports whether a request of the flow may be for p, who is never a
// machine.
func (f *Flow) MayBeAskedFor(p run.Person) bool {
	return f.OnBehalf != nil && !p.Machine && p.Matches(f.beneficiaries()...)
}

// beneficiaries are the principals for whom others may request.
func (f *Flow) beneficiaries() []string {
	if len(f.OnBehalf.For) > 0 {
		return f.OnBehalf.For
	}
	return f.Requesters
}

func (r *reader) onBehalf(n *yaml.Node, path string, f *Flow) {
	b := &OnBehalf{}
	seen := r.members(n, path, map[string]func(*yaml.Node, string){
		"who": r.principals(&b.Who, false),
		"for": r.principals(&b.For, false),
	})
	if n.Kind == yaml.MappingNode && seen["who"] == nil {
		r.fail(n, join(path, "who"), "it is missing; it names who may request for other people")
	}
	for name, list := range map[string][]string{"who": b.Who, "for": b.For} {
		if at := seen[name]; at != nil && resolve(at).Kind == yaml.SequenceNode && len(resolve(at).Content) == 0 && len(list) == 0 {
			r.fail(at, join(path, name), "must name at least one")
		}
	}
	f.OnBehalf = b
}
