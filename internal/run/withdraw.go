package run

import "slices"

// An approval may be withdrawn by who gave it, until the threshold is met: the run goes
// on waiting as if it had not been given.

// hasApprovalOf reports whether an approval that counts so far is p's own, as
// [Run.OwnedBy] reports whose a run is: in doubt it is somebody else's.
func (r *Run) hasApprovalOf(p Person) bool {
	return r.Review != nil && slices.ContainsFunc(r.Review.ApprovedBy, func(a Approval) bool { return p.is(a.Person) })
}

// DropApprovals takes p's own approvals from those that count.
func (v *Review) DropApprovals(p Person) {
	v.ApprovedBy = slices.DeleteFunc(v.ApprovedBy, func(a Approval) bool { return p.is(a.Person) })
}

// shortening reports whether an approval that counts so far says how long access lasts.
func (r *Run) shortening() bool {
	return slices.ContainsFunc(r.History, func(e Entry) bool {
		return e.Event == Approve && e.DurationSeconds > 0 && slices.ContainsFunc(r.Review.ApprovedBy, func(a Approval) bool { return a.Act == e.Act })
	})
}

// EndsNoMore has access last until it is revoked again, once no approval that counts sets
// an end.
func (r *Run) EndsNoMore() {
	if r.UntilRevoked && !r.shortening() {
		r.RequestedSeconds = 0
	}
}

// ShortenedTo returns the duration that the approvals which count so far leave of the
// requested one.
func (r *Run) ShortenedTo() int {
	if r.RequestedSeconds == 0 {
		return r.DurationSeconds
	}
	left := r.RequestedSeconds
	for _, e := range r.History {
		if e.Event == Approve && e.DurationSeconds > 0 && slices.ContainsFunc(r.Review.ApprovedBy, func(a Approval) bool { return a.Act == e.Act }) {
			left = min(left, e.DurationSeconds)
		}
	}
	return left
}
