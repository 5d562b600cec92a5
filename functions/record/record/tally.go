package record

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// crowd is how often a decision that is counted is tried again: all approvals of
// a flow with limits meet on what they count in, and one of them gets through
// each time.
const crowd = 60

// tallies are what a run that is not decided may still be held by.
func (h *Handler) tallies(ctx context.Context, r *run.Run) (run.Tallies, error) {
	if r.Status.Decided() {
		return run.Tallies{}, nil
	}
	return h.Store.LoadTallies(ctx, r)
}

// again tells whether a decision is tried once more after so many tries, r being
// the run if any has read it: often only where it may be counted, and then after
// a little rest, longer from time to time. false if the function's time ends
// meanwhile.
func (h *Handler) again(ctx context.Context, r *run.Run, tries int) bool {
	if r != nil && r.Flow.FastTrack == nil && tries >= conflicts {
		return false
	}
	if tries < conflicts-1 {
		return true
	}
	most := min(tries, 20) * int(10*time.Millisecond)
	select {
	case <-time.After(time.Duration(rand.IntN(most))): // #nosec G404 -- spreads tries, keeps nothing secret
		return true
	case <-ctx.Done():
		return false
	}
}
