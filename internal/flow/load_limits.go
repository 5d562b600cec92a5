package flow

import "go.yaml.in/yaml/v4"

// The largest limits: what counts is kept in one item, which is written with
// each request.
const (
	maxOpenPerPerson = 500
	maxPerMinute     = 600
	maxHolders       = 300
)

// limits reads "none", or a mapping of limits.
func (r *reader) limits(n *yaml.Node, path string, f *Flow) {
	if isNone(n) {
		f.Limits = Limits{OpenPerPerson: NoLimit, PerMinute: NoLimit, MachinesPerMinute: NoLimit}
		return
	}
	r.members(n, path, map[string]func(*yaml.Node, string){
		"open_per_person":     r.limit(&f.Limits.OpenPerPerson, maxOpenPerPerson),
		"per_minute":          r.limit(&f.Limits.PerMinute, maxPerMinute),
		"machines_per_minute": r.limit(&f.Limits.MachinesPerMinute, maxPerMinute),
		"holders": func(n *yaml.Node, at string) {
			var holders int64
			r.int(&holders, 1, maxHolders)(n, at)
			f.Limits.Holders = int(holders)
		},
	})
	if n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		r.fail(n, path, "must have open_per_person, per_minute, machines_per_minute or holders")
	}
}

// limit reads a number from 1, or "none".
func (r *reader) limit(into *int, most int64) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		if isNone(n) {
			*into = NoLimit
			return
		}
		var limit int64
		r.int(&limit, 1, most)(n, path)
		*into = int(limit)
	}
}

func isNone(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == "!!str" && n.Value == "none"
}
