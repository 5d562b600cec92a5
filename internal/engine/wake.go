package engine

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// WakeAt returns when a waiting run is due: at the end of its review, or sooner to
// notify the next entry of the notify list; while access is active, when it ends, or
// sooner to look at it again, or to remind its holder to confirm it; before that, when it is to start; of an emergency that
// nobody reviewed, when people are reminded.
func WakeAt(r *run.Run) time.Time {
	if r.AwaitsReview() {
		return r.NextRemindAt()
	}
	switch r.Status {
	case run.Active:
		at := r.TakeBackAt()
		if look, more := r.NextLookAt(); more {
			at = look
		}
		if remind, more := r.NextConfirmRemindAt(); more && remind.Before(at) {
			at = remind
		}
		return at
	case run.Approved:
		return r.StartsAt
	}
	w := r.Review
	if w == nil {
		return r.UpdatedAt
	}
	if at, more := w.NextNotifyAt(); more && at.Before(w.ExpiresAt) {
		return at
	}
	return w.ExpiresAt
}
