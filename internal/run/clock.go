package run

import "time"

// NextNotifyAt returns when the next entry of the notify list is notified; false
// after the last.
func (w *Review) NextNotifyAt() (time.Time, bool) {
	if w.Notified == 0 || w.Notified >= len(w.Notify) {
		return time.Time{}, false
	}
	wait := w.Notify[w.Notified-1].WaitSeconds
	return w.NotifiedAt.Add(time.Duration(wait) * time.Second), true
}

// grace is how long after its time a run that did not move is looked at, and
// accessGrace the same for access that should have ended.
const (
	grace       = 5 * time.Minute
	accessGrace = time.Minute
)

// DueAt returns when somebody must check whether the run still moves; zero once it is
// over.
func (r *Run) DueAt() time.Time {
	switch r.Engine.Next {
	case NextReview:
		return r.Review.ExpiresAt.Add(grace)
	case NextActive:
		return r.Access.EndsAt.Add(accessGrace)
	case NextPause:
		return r.Access.RetryAt.Add(grace)
	case NextHook, NextGrant, NextTakeBack:
		// To the whole minute, as functions/reconcile looks: the next state is often
		// due by the same, and then the index of what is due isn't written again.
		at := r.UpdatedAt.Add(grace + time.Minute - 1).Truncate(time.Minute)
		if r.Status == Active && r.Access.EndsAt.Add(accessGrace).Before(at) {
			at = r.Access.EndsAt.Add(accessGrace)
		}
		return at
	}
	return time.Time{}
}
