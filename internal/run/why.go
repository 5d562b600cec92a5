package run

// madeIt says to requesters by what they may act.
const madeIt = "You made this request."

// whyMay says why p may do e to the run, of what [Run.Check] allows.
func (r *Run) whyMay(e EventName, p Person, t *Today) string {
	r = r.asOf(t)
	if e == Cancel || e == Revoke && r.OwnedBy(p) {
		return madeIt
	}
	var by ground
	if e == Approve {
		by = r.approverBy(p, t)
	} else {
		by = r.denierBy(p, t)
	}
	why := by.sentence(r, t)
	if e == Approve && Same(r.Requester, p) {
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
