package lease

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// NothingToExtend means that the run whose access another extends doesn't hold it any
// more: it ended or was revoked. Whoever comes later gets nothing.
type NothingToExtend struct{}

func (NothingToExtend) Error() string {
	return "the access that this request extends has ended, or was revoked"
}

// admitsExtension refuses an extension that was not begun while the run that it extends
// holds the access.
func (l *Lease) admitsExtension(r *run.Run) error {
	if r.Extends == nil || l.Of(r.ID).State != run.NoHold || l.Of(r.Extends.ID).State == run.Held {
		return nil
	}
	return NothingToExtend{}
}

// takeOver has a run that now holds the access take it over from the run that it extends,
// in the same write: one of them holds it at any time, and who ends that one ends the
// access.
func (l *Lease) takeOver(runID string, now time.Time) {
	from := l.Holders[l.index(runID)].Extends
	if from != "" && l.Of(from).State == run.Held {
		l.set(from, run.Hold{State: run.Dropped, At: now, How: "Run " + runID + " extends it, and goes on.", TakenOverBy: runID})
	}
}

// Revoke returns the lease before the removal of a run's access that was revoked. Those
// who extend the run lose the access with it: also one that took it over, or is about to,
// after the revoke was accepted. The run then holds the access, which is to be removed.
func (l *Lease) Revoke(runID string, now time.Time) *Lease {
	next := l.Clone()
	if !next.revokeExtensions(runID, now) {
		return l
	}
	if h := next.Of(runID); h.TakenOverBy != "" {
		next.set(runID, run.Hold{State: run.Held, At: now})
	}
	return next
}

// revokeExtensions drops what extends a run, and what extends that. It reports whether
// any of them may have the access.
func (l *Lease) revokeExtensions(runID string, now time.Time) (any bool) {
	for _, h := range l.Holders {
		if h.Extends != runID {
			continue
		}
		further := l.revokeExtensions(h.RunID, now)
		held := h.State == run.Giving || h.State == run.Held || h.State == run.Unable
		if !held && !(further && h.TakenOverBy != "") {
			continue
		}
		l.set(h.RunID, run.Hold{State: run.Dropped, At: now, How: "Run " + runID + ", which it extends, was revoked.", RevokedWith: runID})
		l.abandon(h.RunID)
		any = true
	}
	return any
}

// Most returns how many runs may hold the access of a run at a time: an extension takes
// the place of the run that it extends.
func Most(r *run.Run) int {
	most := r.Flow.Holders
	if r.Extends == nil {
		return most
	}
	if most <= 0 {
		most = DefaultHolders
	}
	return most + 1
}
