package record

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/stats"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// change is what an operation makes of a run.
type change struct {
	next    *run.Run
	changed bool
	// counted are the tallies as the change leaves them; zero leaves them alone.
	counted run.Tallies
}

// written is a change whose run is saved, if it changed, and whose events are
// published.
type written struct {
	change
	// before is what the bus had before.
	before onBus
}

// write loads the run, has decide make a change of it, saves, publishes and counts that.
// It begins again if somebody else wrote the run, or what the change counts in,
// meanwhile. turn is the turn of the document that the request came with.
//
// The events are published after the run is saved, also when a repeated step
// changes nothing: the one before may have died between the two.
func (c *call) write(ctx context.Context, turn int, decide func(store.Record) (change, error)) (written, error) {
	for tries := 0; c.again(ctx, tries); tries++ {
		rec, err := c.Store.LoadAll(ctx, c.req.RunID)
		if err != nil {
			return written{}, err
		}
		c.run = rec.Run
		published := published(rec, turn)
		if err := c.countAgain(ctx, rec.Run, turn); err != nil {
			return written{}, err
		}
		to, err := decide(rec)
		if err != nil {
			return written{}, err
		}
		var counts stats.Delta
		if to.changed {
			to.next.Engine.Published = published.entries
			counts = c.counts(rec.Run, to.next)
			if err := c.save(ctx, rec, to); errors.Is(err, store.ErrConflict) {
				continue
			} else if err != nil {
				return written{}, err
			}
			c.measure(rec.Run, to.next)
		}
		if err := c.publish(ctx, to.next, published); err != nil {
			return written{}, err
		}
		if !counts.Empty() {
			if err := c.Store.Count(ctx, to.next, counts, c.Now()); err != nil {
				return written{}, err
			}
		}
		if err := c.wakeLinked(ctx, rec, to.next); err != nil {
			return written{}, err
		}
		c.run = to.next
		return written{to, published}, nil
	}
	return written{}, step.Unavailable(fmt.Sprintf(
		"run %s: others kept changing it, or what counts against the limits of its flow, during %q; retry", c.req.RunID, c.req.Operation))
}

// save writes a changed run, with the limits that it counts in. The context of a run that
// is over now expires when the run does.
func (c *call) save(ctx context.Context, rec store.Record, to change) error {
	if rec.Context != nil && !to.next.ExpiresAt().IsZero() && !rec.Run.Over() {
		if err := c.Store.ExpireContext(ctx, to.next, rec.Context); err != nil {
			return err
		}
	}
	return c.Store.SaveTallied(ctx, to.next, to.counted, c.Now())
}

// How often a change is tried: all approvals of a flow with limits meet on what
// they count in, and one of them gets through each time.
const (
	conflicts = 5
	crowd     = 60
)

// again reports whether to try after so many tries, and rests before that: longer
// and longer, a random time. It is false once the invocation's time is over.
func (c *call) again(ctx context.Context, tries int) bool {
	counts := c.run != nil && (c.run.Flow.FastTrack != nil || c.run.Flow.Store != nil)
	switch {
	case tries < conflicts-1:
		return true
	case tries >= crowd, tries >= conflicts && !counts:
		return false
	}
	most := min(tries, 20) * int(10*time.Millisecond)
	select {
	case <-time.After(time.Duration(rand.IntN(most))): // #nosec G404 -- spreads tries, keeps nothing secret
		return true
	case <-ctx.Done():
		return false
	}
}

// tallies returns what a run that is not decided may still be held by.
func (h *Handler) tallies(ctx context.Context, r *run.Run) (run.Tallies, error) {
	if r.Status.Decided() {
		return run.Tallies{}, nil
	}
	return h.Store.LoadTallies(ctx, r)
}
