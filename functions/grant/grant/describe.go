package grant

import (
	"cmp"
	"encoding/json"
	"maps"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// describe adds what a function gets of the request from version 2 of the contract
// on. Of the sensitive fields it gets those that the flow's strategy block names.
func (s *subject) describe(rule lease.Strategy, now time.Time) {
	r := s.run
	a := &s.access
	a.Flow = strategy.Flow{Name: r.Flow.Name, Label: r.Flow.Label, Vars: r.Flow.Vars}
	a.Reason = r.Reason
	a.Fields = make(map[string]json.RawMessage, len(r.Fields))
	maps.Copy(a.Fields, r.Fields)
	for _, name := range rule.Fields {
		if value, present := r.Sensitive[name]; present {
			a.Fields[name] = value
		}
	}
	a.EndsAt = r.AccessUntil(now).UTC().Truncate(time.Second)
	if r.Access != nil && !r.Access.EndsAt.IsZero() {
		a.EndsAt = r.Access.EndsAt
	}
	if r.Confirming() {
		a.EndsAt = r.ConfirmedUntil()
	}
	a.ApprovedBy = approvers(r)
}

// approvers are those whose approval counted: the people of the review, or the hook
// or the admin who decided without one.
func approvers(r *run.Run) []run.Actor {
	var all []run.Actor
	if r.Review != nil {
		for _, p := range r.Review.ApprovedBy {
			all = append(all, p.Shown().Actor())
		}
	}
	if d := r.Decision; d != nil && d.Event == run.Approve {
		known := false
		for _, a := range all {
			known = known || a.Type == d.By.Type && cmp.Or(a.Email, a.ID) == cmp.Or(d.By.Email, d.By.ID)
		}
		if !known && d.By.Type != run.EngineActor {
			all = append(all, d.By)
		}
	}
	return all
}
