package store

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// pendingRead is how many requests of each of somebody's logins are read, the newest: as
// many as one call reads.
const pendingRead = maxFill

// MinePending counts the requests of p's own that wait for people. more reports that
// older requests were not read.
func (s *Store) MinePending(ctx context.Context, p run.Person, now time.Time) (n int, more bool, err error) {
	var mu sync.Mutex
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for _, login := range p.Keys() {
		group.Go(func() error {
			// No request waits for longer than usage is kept.
			newest, cut, err := s.filled(reading, source{"mine", login}, Query{From: now.Add(-usageKept)}, pendingRead)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			more = more || cut
			for _, r := range newest {
				if r.View.Status == run.Pending && r.OwnedBy(p) {
					n++
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return 0, false, fmt.Errorf("count pending requests: %w", err)
	}
	return n, more, nil
}

// PendingIn counts the runs of a flow that wait for people, up to most, and those of them
// that a limit of fast_track holds.
func (s *Store) PendingIn(ctx context.Context, flow string, most int) (n, held int, err error) {
	parts := make([][]run.Summary, inboxShards)
	group, reading := errgroup.WithContext(ctx)
	for shard := range inboxShards {
		group.Go(func() (err error) {
			parts[shard], _, err = s.filled(reading, source{"inbox", inboxOf(flow, shard)}, Query{}, most)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return 0, 0, fmt.Errorf("count what waits in flow %s: %w", flow, err)
	}
	for _, r := range slices.Concat(parts...) {
		if n == most {
			break
		}
		if r.View.Status != run.Pending {
			continue // the index is behind
		}
		n++
		limited := func(c run.Check) bool { return c.Name == run.LimitCheck && !c.Passed }
		if review := r.View.Review; review != nil && slices.ContainsFunc(review.Checks, limited) {
			held++
		}
	}
	return n, held, nil
}

// filled reads the newest runs of a source, up to most. cut reports that there may be
// more.
func (s *Store) filled(ctx context.Context, src source, q Query, most int) (runs []run.Summary, cut bool, err error) {
	entries, cut, err := s.partition(ctx, src, q, most, &reading{})
	if err != nil {
		return nil, false, err
	}
	if len(entries) > most {
		entries, cut = entries[:most], true
	}
	for part := range slices.Chunk(entries, maxFill) {
		if err := s.fill(ctx, part); err != nil {
			return nil, false, err
		}
	}
	for _, e := range entries {
		if e.run != nil {
			runs = append(runs, *e.run)
		}
	}
	return runs, cut, nil
}
