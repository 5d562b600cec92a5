package run

import "time"

// wakeAt is when a waiting run must be looked at again: at its expiry, or
// sooner to tell the next of the notify list; with access, when that ends.
func (r *Run) wakeAt() time.Time {
	if r.Status == Active {
		return r.takeBackAt()
	}
	w := r.Review
	if w == nil {
		return r.UpdatedAt
	}
	if at, more := w.nextTell(); more && at.Before(w.ExpiresAt) {
		return at
	}
	return w.ExpiresAt
}
