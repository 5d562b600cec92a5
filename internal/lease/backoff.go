package lease

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The pauses between failed attempts of functions/reconcile, doubling: to remove
// access, up to lastTake, and to read once more that it is absent, from [checkAfter]
// up to lastCheck.
const (
	firstTake = time.Minute
	lastTake  = time.Hour
	lastCheck = 12 * time.Hour
)

func backOff(first time.Duration, tries int, last time.Duration) time.Duration {
	return min(first<<min(max(tries-1, 0), 20), last)
}

// TakeAgainAt returns when functions/reconcile may try to remove the run's access
// again. Each failed attempt delays it; the zero time means now.
func (l *Lease) TakeAgainAt(runID string) time.Time {
	a := l.Attempt
	if a == nil || a.Kind != Take || a.RunID != runID || a.Tries < 2 || l.Of(runID).State == run.Dropped {
		return time.Time{}
	}
	return a.Deadline.Add(backOff(firstTake, a.Tries-1, lastTake))
}
