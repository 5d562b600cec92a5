package run

import "slices"

func (r *Run) NextAct(acts []Act) (Act, bool) {
	keys := map[string]bool{}
	room := room{run: r}
	after := Revoke
	if r.AwaitsReview() {
		after = Reviews
	}
	for _, act := range acts {
		again := act.Key != "" && keys[act.Key]
		keys[act.Key] = true
		if again || room.take(act) != nil || slices.Contains(r.Engine.Handled, act.ID) {
			continue
		}
		if r.Status.Decided() {
			if act.Event != after && (act.Event != Cancel || !r.takesCancel(act.At)) {
				continue
			}
		} else if act.At.After(r.Review.ExpiresAt) {
			continue
		}
		return act, true
	}
	return Act{}, false
}

// HasAct reports whether one of the acts is still to be handled.
func (r *Run) HasAct(acts []Act) bool {
	if r.Over() || r.Review == nil && !r.Status.Decided() {
		return false
	}
	_, there := r.NextAct(acts)
	return there
}

// Approved reports whether an approval of p is among those that count.
func (r *Run) Approved(p Person) bool { return r.Review != nil && r.approved(p) }

func (r *Run) approved(p Person) bool {
	return slices.ContainsFunc(r.Review.ApprovedBy, func(a Approval) bool { return Same(a.Person, p) })
}
