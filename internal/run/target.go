package run

import (
	"encoding/json"
	"maps"
	"slices"
)

// Target is what the run asks access to: the value of its field of type target,
// as {id, label, settings}. ok is false without one.
func (r *Run) Target() (target Target, ok bool) {
	for _, fields := range []map[string]json.RawMessage{r.Fields, r.Sensitive} {
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			if value := fields[name]; len(value) > 0 && value[0] == '{' && json.Unmarshal(value, &target) == nil && target.ID != "" {
				return target, true
			}
		}
	}
	return Target{}, false
}

// Target is one of the flow's targets.
type Target struct {
	ID       string          `json:"id"`
	Label    string          `json:"label,omitempty"`
	Settings json.RawMessage `json:"settings,omitempty"`
}
