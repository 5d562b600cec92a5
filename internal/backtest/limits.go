package backtest

import (
	"cmp"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Limit holds each approval that would have been above the limits of its flow, in the
// order of the requests. A request that the hooks would leave to people is denied
// when people denied it.
func Limit(cases []Case, limits map[string]*run.FastTrack) {
	type event struct {
		at     time.Time
		of     *Case
		denial bool
	}
	var events []event
	for i := range cases {
		c := &cases[i]
		if limits[c.Flow] == nil {
			continue
		}
		switch {
		case c.Now.Says == Approve:
			events = append(events, event{at: c.CreatedAt, of: c})
			if c.Then.Kind == PeopleDenied { // which counts if it is held
				events = append(events, event{at: c.Then.At, of: c, denial: true})
			}
		case c.Now.Says == Deny:
			events = append(events, event{at: c.CreatedAt, of: c, denial: true})
		case c.Then.Kind == PeopleDenied:
			events = append(events, event{at: c.Then.At, of: c, denial: true})
		}
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	flows, people := map[string]run.Tally{}, map[[2]string]run.Tally{}
	for _, e := range events {
		holder := cmp.Or(e.of.For, e.of.Requester)
		key := [2]string{e.of.Flow, holder}
		t, f := run.Tallies{Flow: flows[e.of.Flow], Person: people[key]}, limits[e.of.Flow]
		switch {
		case e.denial:
			if e.of.Now.Says != Approve {
				t = t.Denied(f, e.of.ID, e.at)
			}
		default:
			if why := f.Held(e.of.Flow, holder, t, e.at); why != "" {
				e.of.Now.Says, e.of.Now.Reason = Held, why
				continue
			}
			t = t.Approved(f, e.at)
		}
		flows[e.of.Flow], people[key] = t.Flow, t.Person
	}
}
