package store

import (
	"context"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Query says which runs of a list are wanted.
type Query struct {
	// Status is "" for any.
	Status run.Status
	// From and To limit the time of creation, From inclusive, To exclusive; a zero time
	// is no limit.
	From, To time.Time
	// Limit is how many runs a page holds at most; less than 1 is 1.
	Limit int
	// After is the Next of the page before, "" for the first.
	After string
	// Filter leaves out the runs that it does not accept; nil accepts all.
	Filter func(run.Summary) bool
	// Look is how many runs a page looks at, at most, to find those that it shows; 0
	// leaves that to the list.
	Look int
}

// WithinMonth limits a query to the month in which it begins: that of After, of To or of
// now.
func (q Query) WithinMonth(now time.Time) Query {
	newest := now
	switch {
	case q.After != "" && isPosition(q.After):
		newest = timeOf(q.After)
	case !q.To.IsZero() && q.To.Before(now):
		newest = q.To.Add(-1) // before To
	}
	if month := monthStart(newest); q.From.Before(month) {
		q.From = month
	}
	return q
}

func monthStart(t time.Time) time.Time {
	return time.Date(t.UTC().Year(), t.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
}

// Page is a part of a list, newest first. It can be short, or empty, and still
// have a Next: a page reads only so much.
type Page struct {
	Runs []run.Summary
	// Next is where the next page starts, "" after the last.
	Next string
	// Looked is how many runs the page looked at that the reader may read.
	Looked int
	// seen is how many it looked at in all.
	seen int
	// BackTo is the time of creation down to which the page is complete; zero if
	// nothing older exists, or if the list is not sorted by creation.
	BackTo time.Time
	// Cut says that the page lacks runs which no other page has, and why.
	Cut string
}

// readAhead is how many items a page reads of a partition for each that it may
// show, where some of them are left out.
const readAhead = 5

// Mine lists the requests that are p's own, as requester or whom they are for.
func (s *Store) Mine(ctx context.Context, p run.Person, q Query) (Page, error) {
	return s.merge(ctx, &reading{}, sources("mine", p.Keys()...), q, ofRun(func(r run.Summary) bool { return r.OwnedBy(p) }))
}

// Requested lists the requests whose access is for somebody who may be the same person
// as p.
func (s *Store) Requested(ctx context.Context, p run.Person, q Query) (Page, error) {
	return s.merge(ctx, &reading{}, sources("mine", p.Keys()...), q, ofRun(func(r run.Summary) bool { return r.MayBeHeldBy(p) }))
}

// Inbox lists what waits for p in the flows of those names: what p may decide
// now, by t.
func (s *Store) Inbox(ctx context.Context, flows []string, p run.Person, t *run.Today, q Query) (Page, error) {
	return s.merge(ctx, &reading{}, inboxes(flows), q, ofRun(func(r run.Summary) bool { return r.AwaitsPerson(p, t) }))
}

// inboxes are the sources of what waits in the flows of those names.
func inboxes(flows []string) []source {
	var all []source
	for _, flow := range flows {
		for n := range inboxShards {
			all = append(all, source{"inbox", inboxOf(flow, n)})
		}
	}
	return all
}

// Flow lists the runs of a flow that are wanted (all, if that is nil), month by
// month back from To (now, if that is zero) to From (a year before To).
func (s *Store) Flow(ctx context.Context, flow string, q Query, now time.Time, wanted func(run.Summary) bool) (Page, error) {
	return s.months(ctx, &reading{}, nil, []string{flow}, q, now, ofRun(wanted))
}

// PositionIn is where a run stands in a list: in that of [Store.Live] if ascending.
func PositionIn(r run.Summary, live bool) string {
	if live && r.View.Access != nil {
		return created(r.View.Access.EndsAt, r.View.ID)
	}
	return positionOf(r)
}
