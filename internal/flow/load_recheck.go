package flow

import "go.yaml.in/yaml/v4"

// The bounds of how often active access is looked at again.
const (
	minLookSeconds = 5 * 60
	maxLookSeconds = 30 * 24 * 3600
)

// recheck reads what is checked again: true for the approvers at each approve, a duration
// for active access, or both by name.
func (r *reader) recheck(n *yaml.Node, path string, f *Flow) {
	look := r.duration(&f.LookSeconds, minLookSeconds, maxLookSeconds)
	r.places[path] = n
	switch {
	case n.Kind == yaml.MappingNode:
		seen := r.members(n, path, map[string]func(*yaml.Node, string){"approvers": r.bool(&f.Recheck), "access": look})
		if len(seen) == 0 {
			r.fail(n, path, "must have approvers or access")
		}
	case n.Kind == yaml.ScalarNode && n.Tag == "!!bool":
		r.bool(&f.Recheck)(n, path)
	case n.Kind == yaml.ScalarNode && n.Tag == "!!str":
		look(n, path)
	default:
		r.fail(n, path, "must be true, false, or how often active access is checked again, such as 15m; got %s", describe(n))
	}
}
