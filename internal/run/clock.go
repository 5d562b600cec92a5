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
// over. A review is due soon until its first wait is parked: the execution that waits may
// never have been started. So is active access whose execution was replaced, and one whose
// execution is to be.
func (r *Run) DueAt() time.Time {
	at := r.MovesBy()
	if r.Engine.Next == NextReview && r.Engine.TokenOrder.EnteredAt.IsZero() || r.Engine.Next == NextActive && r.Engine.Planned > 0 && r.Engine.Token == "" {
		if soon := r.soon(); soon.Before(at) {
			at = soon
		}
	}
	if outgrown := r.outgrownAt(); !outgrown.IsZero() && outgrown.Before(at) {
		at = outgrown
	}
	return at
}

// soon is when a run on its way to its next state is due: to the whole minute, as
// functions/reconcile looks. The next state is often due by the same, and then the index
// of what is due isn't written again.
func (r *Run) soon() time.Time {
	return r.UpdatedAt.Add(grace + time.Minute - 1).Truncate(time.Minute)
}

// MovesBy returns when the run must have moved on; zero once it is over.
func (r *Run) MovesBy() time.Time {
	switch r.Engine.Next {
	case NextReview:
		if r.AwaitsReview() {
			return r.NextRemindAt().Add(grace)
		}
		if r.ParkedForStart() {
			return r.StartsAt.Add(grace)
		}
		return r.Review.ExpiresAt.Add(grace)
	case NextActive:
		at := r.Access.EndsAt.Add(accessGrace)
		if look, more := r.NextLookAt(); more && look.Add(grace).Before(at) {
			at = look.Add(grace)
		}
		if remind, more := r.NextConfirmRemindAt(); more && remind.Add(grace).Before(at) {
			at = remind.Add(grace)
		}
		return at
	case NextPause:
		return r.Access.RetryAt.Add(grace)
	case NextHook, NextGrant, NextTakeBack:
		at := r.soon()
		if r.Status == Active && r.Access.EndsAt.Add(accessGrace).Before(at) {
			at = r.Access.EndsAt.Add(accessGrace)
		}
		return at
	}
	return time.Time{}
}
