package record

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/stats"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// counts returns what a change counts in statistics, and notes in the changed run that it
// does.
func (c *call) counts(before, next *run.Run) stats.Delta {
	d := stats.Of(before, next)
	next.Engine.Counting = nil
	if !d.Empty() {
		next.Engine.Counting = before.CountingAfter(c.Store.CountingShard(c.Now()))
	}
	return d
}

// countAgain counts the last write of a run, unless the state machine has its document:
// a change is counted before its response. Whoever made the write may have died
// before it was counted, or after: counting it twice counts once.
func (c *call) countAgain(ctx context.Context, r *run.Run, turn int) error {
	if r.Engine.Counting == nil || turn > 0 && turn == r.Engine.Turn {
		return nil
	}
	d := stats.Of(r.BeforeCounting(), r)
	if d.Empty() {
		return nil
	}
	if c.Now().Sub(r.History[len(r.History)-1].At) > store.CountsOnce {
		c.Log.Warn("too late to count a decision whose function died; it may be missing in statistics", "run_id", r.ID, "flow", r.Flow.Name)
		return nil
	}
	return c.Store.Count(ctx, r, d, c.Now())
}
