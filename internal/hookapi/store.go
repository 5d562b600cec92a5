package hookapi

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Store is what a hook receives of its store: the values that the flow names, as far as
// they are there. A scope of which the flow names none is nil.
type Store struct {
	Person map[string]run.StoredValue `json:"person,omitzero"`
	Flow   map[string]run.StoredValue `json:"flow,omitzero"`
}

// NewStore returns what a hook receives of the shelves; nil in a flow that keeps nothing.
func NewStore(rule *run.StoreRule, s run.Shelves, now time.Time) *Store {
	if rule == nil {
		return nil
	}
	var out Store
	if len(rule.Person) > 0 {
		out.Person = s.Live(rule, run.PerPerson, now)
	}
	if len(rule.Flow) > 0 {
		out.Flow = s.Live(rule, run.PerFlow, now)
	}
	return &out
}
