package run

import "strings"

// rule is the review in force: the run's own once it was routed, the flow's
// before.
func (r *Run) rule() ReviewRule {
	if r.Review != nil {
		return r.Review.ReviewRule
	}
	return r.Flow.Review
}

func (r *Run) isAdmin(p Person) bool { return !p.Machine && p.matchesAny(r.Flow.Admins, nil) }

// mayDecideBy tells whether a rule lets p decide, leaving aside that requesters
// may not decide their own.
func (r *Run) mayDecideBy(rule ReviewRule, p Person) bool {
	if p.Machine {
		return false
	}
	if r.isAdmin(p) || p.matchesAny(rule.Approvers, r.Flow.Admins) {
		return true
	}
	for _, need := range rule.Approvals {
		if need.From != "" && p.matches(need.From, r.Flow.Admins) {
			return true
		}
	}
	return false
}

// Refusal says why somebody may not do something; it is safe to show.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// MayAct tells whether p may do e (approve, deny, cancel, revoke) about the run as it
// stands, whatever its status; nil means yes, else a [Refusal] says why not.
func (r *Run) MayAct(e EventName, p Person) error {
	switch e {
	case Cancel:
		if !r.OwnedBy(p) {
			return Refusal("Only the requester can cancel a request.")
		}
		return nil
	case Revoke:
		if !r.Status.Decided() {
			return Refusal("There is no access to revoke.")
		}
		if !r.OwnedBy(p) && !r.mayDecideBy(r.rule(), p) {
			return Refusal("You are not among those who may revoke this access.")
		}
		return nil
	case Approve, Deny:
		rule := r.rule()
		if !r.mayDecideBy(rule, p) {
			return Refusal("You are not among those who may decide this request.")
		}
		if e == Approve && !rule.SelfApproval && Same(r.Requester, p) {
			return Refusal("You can't approve your own request.")
		}
		if e == Approve && (p.Crowded || r.Requester.Crowded && !rule.SelfApproval) {
			return Refusal("Your login, or the requester's, is linked to so many others that you can't be told apart.")
		}
		return nil
	}
	return Refusal("There is no such act.")
}

// MaySee tells whether p may read the run: its requester, who may decide it or
// could have by the flow, its viewers, and the flow's admins.
func (r *Run) MaySee(p Person) bool {
	if r.OwnedBy(p) {
		return true
	}
	if p.Machine {
		return false
	}
	if r.mayDecideBy(r.Flow.Review, p) || p.matchesAny(r.Flow.Review.Viewers, r.Flow.Admins) {
		return true
	}
	rule := r.rule()
	return r.mayDecideBy(rule, p) || p.matchesAny(rule.Viewers, r.Flow.Admins)
}

// AwaitsPerson tells whether p could decide the run now: it is pending, p may
// approve or deny it and has not approved it yet.
func (r *Run) AwaitsPerson(p Person) bool {
	if r.Status != Pending || r.MayAct(Approve, p) != nil {
		return false
	}
	return !r.approved(p)
}

// NeedsReason tells whether the act e must come with a reason.
func (f Flow) NeedsReason(e EventName) bool {
	for _, act := range f.RequireReason {
		if act == e {
			return true
		}
	}
	return false
}

// thresholdMet tells whether the approvals meet every requirement with
// different people: an admin stands for any requirement, anybody else for
// those whose From they are of.
func (r *Run) thresholdMet() bool {
	var seats []Requirement // one entry a person needed
	for _, need := range r.Review.Approvals {
		for range need.Count {
			seats = append(seats, need)
		}
	}
	by := r.distinct()
	if len(by) < len(seats) {
		return false
	}
	takes := func(a Approval, seat Requirement) bool {
		return seat.From == "" || r.isAdmin(a.Person) || a.matches(seat.From, r.Flow.Admins)
	}
	// A matching of seats to people by augmenting paths (Kuhn): greedy would
	// miss that the only one of group B was seated for group A.
	seatOf := make([]int, len(by)) // person -> seat + 1
	var place func(seat int, tried []bool) bool
	place = func(seat int, tried []bool) bool {
		for i, a := range by {
			if tried[i] || !takes(a, seats[seat]) {
				continue
			}
			tried[i] = true
			if seatOf[i] == 0 || place(seatOf[i]-1, tried) {
				seatOf[i] = seat + 1
				return true
			}
		}
		return false
	}
	for seat := range seats {
		if !place(seat, make([]bool, len(by))) {
			return false
		}
	}
	return true
}

// describe names the people a rule asks, for a sentence.
func describe(rule ReviewRule) string {
	if len(rule.Approvers) == 0 {
		return "the flow's admins"
	}
	return strings.Join(rule.Approvers, ", ")
}
