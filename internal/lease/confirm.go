package lease

import (
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// BeginConfirm starts granting a run's access anew while the run holds it, for a confirm by
// that act, by a call that is over by deadline. The run holds the access however the call
// ends. creates is that of [Lease.BeginGive].
//
// call reports whether to call the strategy. If not, the run's hold says why: the access was
// granted for the act already, or the run doesn't hold it any more. The error is a [Later].
func (l *Lease) BeginConfirm(runID, act string, creates bool, now, deadline time.Time) (next *Lease, call bool, err error) {
	if h := l.Of(runID); h.State != run.Held || h.ConfirmedBy == act {
		return l, false, nil
	}
	if a := l.Attempt; a != nil && a.RunID != runID && now.Before(a.Deadline) {
		return nil, false, Later{a.Deadline, fmt.Sprintf("run %s is at this access just now", a.RunID)}
	}
	next = l.Clone()
	fresh := creates && next.Existed
	if creates {
		next.Existed = false
	}
	next.begin(Give, runID, deadline)
	next.Attempt.Fresh = fresh
	return next, true, nil
}

// EndConfirm is [Lease.EndGive] for a run that held the access already, and holds it anew
// for a confirm by that act.
func (l *Lease) EndConfirm(runID, act string, fence int64, by Maker, note string, now time.Time) (*Lease, error) {
	if l.Of(runID).State != run.Held {
		return nil, Stale{}
	}
	next, err := l.EndGive(runID, fence, by, note, now)
	if err != nil {
		return nil, err
	}
	h := next.Of(runID)
	h.ConfirmedBy = act
	next.set(runID, h)
	return next, nil
}

// RefuseConfirm records that the access can't be granted to a run anew, which holds it as
// before.
func (l *Lease) RefuseConfirm(runID string, fence int64) (*Lease, error) {
	return l.end(Give, runID, fence)
}
