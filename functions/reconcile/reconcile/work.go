package reconcile

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// job is a call of a strategy.
type job struct {
	// overdue is when access should have ended; zero if it is only read once more.
	overdue time.Time
	do      func(ctx context.Context)
	// skip replaces do if its turn does not come; nil does nothing.
	skip func(ctx context.Context)
}

// The bounds of one strategy in a sweep. One that hangs delays neither other
// strategies nor runs without one.
const (
	strategyAtOnce = 3
	strategyTime   = 50 * time.Second
	aCall          = 45 * time.Second
)

// later queues a job until all runs have been looked at.
func (s *sweep) later(strategy string, j job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.work[strategy] = append(s.work[strategy], j)
}

// doWork does the queued jobs, and those that they queue.
func (s *sweep) doWork(ctx context.Context) {
	for range 2 {
		s.mu.Lock()
		work := s.work
		s.work = map[string][]job{}
		s.mu.Unlock()
		var all sync.WaitGroup
		for _, jobs := range work {
			s.queue(ctx, &all, jobs)
		}
		all.Wait()
	}
}

// queue does the jobs of one strategy side by side, a few at a time: overdue access
// first, the longest overdue before all.
func (s *sweep) queue(ctx context.Context, all *sync.WaitGroup, jobs []job) {
	slices.SortStableFunc(jobs, func(a, b job) int {
		switch {
		case a.overdue.IsZero() && b.overdue.IsZero():
			return 0
		case a.overdue.IsZero():
			return 1
		case b.overdue.IsZero():
			return -1
		}
		return a.overdue.Compare(b.overdue)
	})
	next := make(chan job)
	over := time.Now().Add(strategyTime)
	for range strategyAtOnce {
		all.Go(func() {
			for j := range next {
				doJob(ctx, j, over)
			}
		})
	}
	all.Go(func() {
		defer close(next)
		for _, j := range jobs {
			next <- j
		}
	})
}

// doJob does a job, or its skip once the time of its strategy is over. The result
// of a call that takes too long is in the lease, where the next sweep reads it.
func doJob(ctx context.Context, j job, over time.Time) {
	limit, do := aCall, j.do
	if late := time.Since(over); late > 0 {
		limit, do = aLook, j.skip
		if late > strategyTime {
			return
		}
	}
	if do == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	do(ctx)
}

// mayTake reports whether to try to remove the run's access now: failed attempts
// delay the next, except when an execution has just died. functions/grant counts
// them in the lease.
func (s *sweep) mayTake(ctx context.Context, r *run.Run) bool {
	k, err := lease.KeyOf(r)
	if err != nil || s.one {
		return true
	}
	l, err := s.Table.LoadLease(ctx, k)
	return err != nil || !s.Now().Before(l.TakeAgainAt(r.ID))
}

// strategyOf names the strategy that grants the run's access.
func strategyOf(r *run.Run) string {
	k, err := lease.KeyOf(r)
	if err != nil {
		return ""
	}
	return k.Strategy
}
