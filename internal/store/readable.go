package store

import (
	"context"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A page reads at most monthsAPage months, and at most partitionsAPage partitions of
// flows and months.
const (
	monthsAPage     = 14
	partitionsAPage = 200
)

// Reader is who reads a list over several flows, and where.
type Reader struct {
	Person run.Person
	Today  *run.Today
	// Flows are those of which all runs are looked at.
	Flows []string
	// Waiting are those of which only the runs that wait for people are.
	Waiting []string
}

// Readable lists the runs that somebody may read: of those that they requested, of
// those that they decided, and of the reader's flows. It goes back as far as
// [Store.Flow].
func (s *Store) Readable(ctx context.Context, by Reader, q Query, now time.Time) (Page, error) {
	personal := append(sources("mine", by.Person.Keys()...), sources("mine", reviewerKeys(by.Person)...)...)
	personal = append(personal, inboxes(by.Waiting)...)
	return s.months(ctx, &reading{whole: true}, personal, by.Flows, q, now, func(e entry) bool {
		return e.whole != nil && e.whole.MaySee(by.Person, by.Today)
	})
}

// months merges personal sources and the runs of flows, month by month back from To
// (now, if that is zero) to From (a year before To).
func (s *Store) months(ctx context.Context, read *reading, personal []source, flows []string, q Query, now time.Time, wanted filter) (Page, error) {
	newest := now
	if !q.To.IsZero() && q.To.Before(now) {
		newest = q.To
	}
	if q.From.IsZero() {
		q.From = newest.AddDate(-1, 0, 0)
	}
	q.Limit = max(q.Limit, 1)
	if q.After != "" {
		if !isPosition(q.After) {
			return Page{}, ErrBadPosition
		}
		newest = timeOf(q.After)
	}
	read.once, read.end = personal, q
	most := min(max(partitionsAPage/max(len(flows), 1), 1), monthsAPage)
	page := Page{BackTo: q.From}
	month := monthStart(newest)
	next := func(position string) (Page, error) {
		page.Next, page.BackTo = position, timeOf(position)
		return page, nil
	}
	for n := 0; !month.AddDate(0, 1, 0).Before(q.From); n++ {
		if n == most || n > 0 && q.Look > 0 && page.seen >= q.Look {
			return next(stamp(month.AddDate(0, 1, 0)) + "#")
		}
		rest := q
		rest.Limit = q.Limit - len(page.Runs)
		if q.Look > 0 {
			rest.Look = q.Look - page.seen
		}
		if month.After(q.From) {
			rest.From = month
		}
		if before := month.AddDate(0, 1, 0); n > 0 && (q.To.IsZero() || before.Before(q.To)) {
			rest.To = before
		}
		from := personal
		for _, flow := range flows {
			from = append(from[:len(from):len(from)], source{"flow", monthOf(flow, month)})
		}
		part, err := s.merge(ctx, read, from, rest, wanted)
		if err != nil {
			return Page{}, err
		}
		page.Runs = append(page.Runs, part.Runs...)
		page.Looked += part.Looked
		page.seen += part.seen
		if part.Next != "" {
			return next(part.Next)
		}
		if len(page.Runs) == q.Limit {
			return next(stamp(month) + "#")
		}
		month = month.AddDate(0, -1, 0)
	}
	return page, nil
}

// timeOf is the time of a position.
func timeOf(position string) time.Time {
	at, _, _ := strings.Cut(position, "#")
	t, _ := time.Parse(stampForm, at)
	return t
}
