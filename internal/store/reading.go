package store

import (
	"context"
	"slices"
	"sync"
)

// reading is what one page has read so far. The sources in once are read down to
// the end of the list in one call, and serve every month of the page from that.
type reading struct {
	// whole has the runs of all entries read, also of those whose index has a summary.
	whole bool
	// ascending has the lowest position first.
	ascending bool
	// own are entries that were read before, those of the source ownSource.
	own  []entry
	once []source
	// end is the lower bound of the list.
	end Query

	mu    sync.Mutex
	known map[source]stretch
}

// before reports whether one position is listed before another.
func (r *reading) before(one, other string) bool {
	if r.ascending {
		return one < other
	}
	return one > other
}

// stretch is the newest part of a source.
type stretch struct {
	entries []entry
	cut     bool
}

// reaches reports whether everything from low on is in the stretch.
func (s stretch) reaches(low string) bool {
	return !s.cut || s.entries[len(s.entries)-1].position < low
}

// part returns up to limit entries of a source, newest first. cut reports that more
// may follow.
func (r *reading) part(ctx context.Context, s *Store, src source, q Query, limit int) ([]entry, bool, error) {
	if src == ownSource {
		n := slices.IndexFunc(r.own, func(e entry) bool { return e.position > q.After })
		if n < 0 {
			return nil, false, nil
		}
		part := r.own[n:min(n+limit, len(r.own))]
		return part, n+limit < len(r.own), nil
	}
	if !slices.Contains(r.once, src) {
		return s.partition(ctx, src, q, limit, r)
	}
	low, high := q.bounds()
	r.mu.Lock()
	read, there := r.known[src]
	r.mu.Unlock()
	if !there || !read.reaches(low) {
		whole := q
		whole.From = r.end.From
		var err error
		if read.entries, read.cut, err = s.partition(ctx, src, whole, limit, r); err != nil {
			return nil, false, err
		}
		r.mu.Lock()
		if r.known == nil {
			r.known = map[source]stretch{}
		}
		r.known[src] = read
		r.mu.Unlock()
	}
	var part []entry
	for _, e := range read.entries {
		if e.position >= low && e.position < high {
			part = append(part, e)
		}
	}
	return part, !read.reaches(low) && len(part) > 0, nil
}
