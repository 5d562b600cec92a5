package engine

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// wakeAt is when a waiting run must be looked at again: at its expiry, or
// sooner to tell the next of the notify list; with access, when that ends.
func WakeAt(r *run.Run) time.Time {
	if r.Status == run.Active {
		return r.TakeBackAt()
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
