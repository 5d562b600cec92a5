package flow

import (
	"fmt"
	"strconv"
	"time"

	"go.yaml.in/yaml/v4"
)

// The bounds of how far ahead a flow lets requests start.
const (
	minStartsWithin = 60
	maxStartsWithin = 30 * 24 * 3600
)

// starts reads how far ahead requests may start.
func (r *reader) starts(n *yaml.Node, path string, f *Flow) {
	seen := r.members(n, path, map[string]func(*yaml.Node, string){
		"within": func(n *yaml.Node, at string) { r.within(n, at, &f.StartsWithinSeconds) },
	})
	if n.Kind == yaml.MappingNode && seen["within"] == nil {
		r.fail(n, join(path, "within"), "it is missing; it says how far ahead a request may start, such as 30d")
	}
}

// within reads a number of days, or another duration.
func (r *reader) within(n *yaml.Node, path string, into *int) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
		if found := days().FindStringSubmatch(n.Value); found != nil {
			number, err := strconv.Atoi(found[1] + found[2])
			if err != nil || number < 1 || number*24*3600 > maxStartsWithin {
				r.fail(n, path, "must be 1m to %dd, got %q", maxStartsWithin/24/3600, clip(n.Value))
				return
			}
			*into = number * 24 * 3600
			return
		}
		if seconds, err := ParseDuration(n.Value); err == nil && (seconds < minStartsWithin || seconds > maxStartsWithin) {
			r.fail(n, path, "must be 1m to %dd, got %q", maxStartsWithin/24/3600, clip(n.Value))
			return
		}
	}
	r.duration(into, minStartsWithin, maxStartsWithin)(n, path)
}

// StartsAt is the member of a request that says when its access starts.
const StartsAt = "starts_at"

// CheckStart returns what is wrong with a time at which access is to start, "" if nothing
// is. The zero time is none.
func (f *Flow) CheckStart(at, now time.Time) string {
	latest := now.Add(time.Duration(f.StartsWithinSeconds) * time.Second)
	switch {
	case at.IsZero():
		return ""
	case f.Strategy == nil:
		return "the flow grants no access, so nothing starts later"
	case f.StartsWithinSeconds == 0:
		return "this flow starts access once a request is approved; leave it out (flows.yaml: starts)"
	case !at.After(now):
		return fmt.Sprintf("must be later than now, which is %s", now.UTC().Format(time.RFC3339))
	case at.After(latest):
		return fmt.Sprintf("must be within %s: not after %s", spoken(f.StartsWithinSeconds), latest.UTC().Format(time.RFC3339))
	}
	return ""
}
