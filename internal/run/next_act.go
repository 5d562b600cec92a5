package run

import "slices"

func (r *Run) NextAct(acts []Act) (Act, bool) {
	after := Revoke
	if r.AwaitsReview() {
		after = Reviews
	}
	return r.nextOf(acts, func(act Act) bool {
		if r.Status.Decided() {
			return act.Event == after || act.Event == Cancel && r.takesCancel(act.At)
		}
		return !act.At.After(r.Review.ExpiresAt)
	})
}

// nextOf returns the first of the acts that counts, finds room and was not handled yet.
func (r *Run) nextOf(acts []Act, counts func(Act) bool) (Act, bool) {
	keys := map[string]bool{}
	room := room{run: r}
	for _, act := range acts {
		again := act.Key != "" && keys[act.Key]
		keys[act.Key] = true
		if again || room.take(act) != nil || slices.Contains(r.Engine.Handled, act.ID) || !counts(act) {
			continue
		}
		return act, true
	}
	return Act{}, false
}

// NextConfirm returns the first confirm to handle; see [Run.NextAct].
func (r *Run) NextConfirm(acts []Act) (Act, bool) {
	if r.Status != Active || r.Confirming() || r.TakingBack() {
		return Act{}, false
	}
	return r.nextOf(acts, func(a Act) bool { return a.Event == Confirm })
}

// HasAct reports whether one of the acts is still to be handled.
func (r *Run) HasAct(acts []Act) bool {
	if r.Over() || r.Review == nil && !r.Status.Decided() {
		return false
	}
	_, there := r.NextAct(acts)
	if !there {
		_, there = r.NextConfirm(acts)
	}
	return there
}

// Approved reports whether an approval of p is among those that count.
func (r *Run) Approved(p Person) bool { return r.Review != nil && r.approved(p) }

func (r *Run) approved(p Person) bool {
	return slices.ContainsFunc(r.Review.ApprovedBy, func(a Approval) bool { return Same(a.Person, p) })
}
