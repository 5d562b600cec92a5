package flow

import (
	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The largest limits of fast-tracking: what counts is kept in one item, which is
// written with each approval.
const (
	maxFastTracked  = run.MaxFastTracked
	maxQuietSeconds = 366 * 24 * 3600
)

func (r *reader) fastTrack(n *yaml.Node, path string, f *Flow) {
	var perDay, perHour int64
	limits := &run.FastTrack{}
	r.members(n, path, map[string]func(*yaml.Node, string){
		"max_per_person_per_day": r.int(&perDay, 1, maxFastTracked),
		"max_per_hour":           r.int(&perHour, 1, maxFastTracked),
		"quiet_after_denial":     r.duration(&limits.QuietAfterDenialSeconds, 1, maxQuietSeconds),
	})
	if n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		r.fail(n, path, "must have max_per_person_per_day, max_per_hour or quiet_after_denial")
	}
	limits.MaxPerPersonPerDay, limits.MaxPerHour = int(perDay), int(perHour)
	f.FastTrack = limits
}
