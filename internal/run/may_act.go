package run

// MayAct returns nil if p may do e (approve, deny, cancel, revoke, withdraw, review or confirm) to the run,
// whatever its status. Otherwise it returns a [Refusal] that says why not.
// docs/lifecycle.md has the rules as a table; [Run.Check] adds those of time.
func (r *Run) MayAct(e EventName, p Person, t *Today) error {
	switch e {
	case Cancel:
		if !r.OwnedBy(p) {
			if r.For != nil {
				return Refusal("Only the requester, or whom the request is for, can cancel it.")
			}
			return Refusal("Only the requester can cancel a request.")
		}
		return nil
	case Revoke:
		if !r.Status.Decided() {
			return Refusal("This request has no access to revoke.")
		}
		if !r.OwnedBy(p) && !r.mayDeny(p, t) {
			return Refusal("You may not revoke this access.")
		}
		return nil
	case Approve:
		if r.ownApproval(p) && (r.mayApprove(p, t) || r.mayDeny(p, t)) {
			return r.ownRefusal(p)
		}
		if p.Crowded || !r.selfApproval() && r.crowded() {
			return Refusal("Your login, or the requester's, is linked to so many others that you can't be distinguished.")
		}
		if r.mayApprove(p, t) {
			return nil
		}
		if r.mayDeny(p, t) {
			return Refusal("You may deny this request, but its flow no longer lets you approve it.")
		}
		return Refusal("You are not an approver of this request.")
	case Reviews:
		return r.mayReview(p, t)
	case Confirm:
		return r.mayConfirm(p, t)
	case Withdraw:
		if !r.hasApprovalOf(p) {
			return Refusal("You have no approval of this request to withdraw.")
		}
		return nil
	case Deny:
		if !r.mayDeny(p, t) {
			return Refusal("You are not an approver of this request.")
		}
		return nil
	}
	return Refusal("Unknown action.")
}

// ownRefusal says to p why they may not approve a run that may be their own.
func (r *Run) ownRefusal(p Person) Refusal {
	if r.For != nil && Same(*r.For, p) {
		return "You can't approve a request for yourself."
	}
	return "You can't approve your own request."
}

// MaySee reports whether p may read the run: as its requester, an approver by
// today's flow or by the flow as filed, a viewer, or an admin of the flow.
func (r *Run) MaySee(p Person, t *Today) bool {
	if r.OwnedBy(p) {
		return true
	}
	return !p.Machine && (r.mayDeny(p, t) || r.approverAsFiled(p, t) || t.meansAny(r.viewers(t), p, r.admins(t)))
}

// AwaitsPerson reports whether p could decide the run now: it is pending, p may
// approve it and has not approved it yet.
func (r *Run) AwaitsPerson(p Person, t *Today) bool {
	return r.Status == Pending && r.MayAct(Approve, p, t) == nil && !r.approved(p)
}

// mayReview returns a [Refusal] unless p may review the run: whoever may decide runs
// of its flow today, and is not one whom it concerns, in doubt either.
func (r *Run) mayReview(p Person, t *Today) error {
	switch {
	case r.BreakGlass == nil:
		return Refusal("No glass was broken for this request, so it needs no review.")
	case r.concerns(p):
		return Refusal("You can't review your own emergency; somebody else must.")
	case p.Crowded || r.crowded():
		return Refusal("Your login, or the requester's, is linked to so many others that you can't be distinguished.")
	case !r.mayApprove(p, t):
		return Refusal("You may not review this request: its approvers and admins do.")
	}
	return nil
}
