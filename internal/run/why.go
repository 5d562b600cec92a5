package run

// By what the people act whom a run concerns.
const (
	madeIt = "You made this request."
	forYou = "This request is for you."
)

// whyMay says why p may do e to the run, of what [Run.Check] allows.
func (r *Run) whyMay(e EventName, p Person, t *Today) string {
	r = r.asOf(t)
	if e == Cancel || e == Revoke && r.OwnedBy(p) {
		if r.IsFor(p) && !p.is(r.Requester) {
			return forYou
		}
		return madeIt
	}
	if e == Reviews {
		return r.approverBy(p, t).sentence(r, t)
	}
	if e == Withdraw {
		return "You have approved this request, and more approvals are required."
	}
	var by ground
	if e == Approve {
		by = r.approverBy(p, t)
	} else {
		by = r.denierBy(p, t)
	}
	why := by.sentence(r, t)
	if e == Approve && r.concerns(p) {
		why += " You may approve your own request."
	}
	if r.overridable(e, p, t) {
		why += " With a reason, you may set aside what code says about it."
	}
	return why
}

// overridable reports whether p may set aside what a hook says about e.
func (r *Run) overridable(e EventName, p Person, t *Today) bool {
	return !r.Flow.NoHooks && r.MayOverride(Act{Event: e, Person: p, Channel: ViaAPI, Reason: "so far none"}, t) == nil
}
