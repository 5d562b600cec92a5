package run

import (
	"encoding/json"
	"fmt"
)

func (r *Run) Clone() (*Run, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("run %s: copy: %w", r.ID, err)
	}
	next := &Run{Version: r.Version}
	if err := json.Unmarshal(raw, next); err != nil {
		return nil, fmt.Errorf("run %s: copy: %w", r.ID, err)
	}
	next.linked(r)
	return next, nil
}

// linked takes over from a run, of which r is a copy, what links its people.
func (r *Run) linked(from *Run) {
	take := func(to *Person, from Person) { to.Links, to.Crowded = from.Links, from.Crowded }
	take(&r.Requester, from.Requester)
	if r.For != nil && from.For != nil {
		take(r.For, *from.For)
	}
	if r.Review != nil && from.Review != nil {
		for i := range r.Review.ApprovedBy {
			take(&r.Review.ApprovedBy[i].Person, from.Review.ApprovedBy[i].Person)
		}
	}
	if c := from.Engine.Case; c != nil && c.Person != nil {
		take(r.Engine.Case.Person, *c.Person)
	}
}
