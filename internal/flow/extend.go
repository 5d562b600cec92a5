package flow

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Extend lets access of the flow be extended while it is active.
type Extend struct {
	// MaxTotalSeconds is the most that access may last with all its extensions.
	MaxTotalSeconds int `json:",omitempty"`
	// DurationsSeconds are by how much, the first by default; empty for those of the flow.
	DurationsSeconds []int `json:",omitempty"`
}

// ExtendRule returns how far access of the flow may be extended; nil where it may not.
func (f *Flow) ExtendRule() *run.ExtendRule {
	if f.Extend == nil {
		return nil
	}
	rule := &run.ExtendRule{MaxTotalSeconds: f.Extend.MaxTotalSeconds, DurationsSeconds: f.Extend.DurationsSeconds}
	if len(rule.DurationsSeconds) == 0 {
		rule.DurationsSeconds = f.DurationsSeconds
	}
	return rule
}

func (r *reader) extend(n *yaml.Node, path string, f *Flow) {
	x := &Extend{}
	seen := r.members(n, path, map[string]func(*yaml.Node, string){
		"max_total": r.duration(&x.MaxTotalSeconds, 1, maxDurationSeconds),
		"durations": func(n *yaml.Node, at string) {
			var own Flow
			r.durations(n, at, &own)
			if own.UntilRevoked {
				r.fail(n, at, "must be times: until_revoked is allowed only in durations of a flow")
			}
			x.DurationsSeconds = own.DurationsSeconds
		},
	})
	if n.Kind == yaml.MappingNode && seen["max_total"] == nil {
		r.fail(n, join(path, "max_total"), "it is missing; it limits how long access lasts with all its extensions")
	}
	f.Extend = x
}

// extendAsAWhole checks what extending means together with the rest of the flow.
func (r *reader) extendAsAWhole(path string, f *Flow, seen map[string]*yaml.Node) {
	at := seen["extend"]
	if at == nil || f.Extend == nil {
		return
	}
	path = join(path, "extend")
	if f.Strategy == nil && seen["strategy"] == nil {
		r.fail(at, path, "only a flow with a strategy has access to extend")
		return
	}
	most := f.Extend.MaxTotalSeconds
	if most == 0 || r.errorsIn(path) {
		return
	}
	for i, d := range f.Extend.DurationsSeconds {
		if d >= most {
			list := child(resolve(at), "durations")
			r.fail(itemOf(list, i), join(path, "durations"), "%s is no shorter than max_total: no access could be extended by it", run.Spell(d))
		}
	}
	if len(f.DurationsSeconds) == 0 {
		return
	}
	if least := slices.Min(f.DurationsSeconds) + slices.Min(f.ExtendRule().DurationsSeconds); least > most {
		r.fail(at, join(path, "max_total"), "must be at least %s: the shortest duration and the shortest extension together", run.Spell(least))
	}
}
