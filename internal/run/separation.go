package run

import "slices"

// Separated returns the people whom the next engine.Decide must distinguish, so that
// the caller can read their links first: the requester, whom the run is for, and everybody whose approval
// counts or may count now; who reviews an emergency, and whom that concerns. Where only the limits of fast-tracking apply, it is the
// holder alone, and else nobody.
func (r *Run) Separated(acts []Act) []*Person {
	var people []*Person
	for i := range acts {
		if a := &acts[i]; a.Event == Approve && !slices.Contains(r.Engine.Handled, a.ID) {
			people = append(people, &a.Person)
		}
	}
	if c := r.Engine.Case; c != nil && c.Event == Approve && c.Person != nil {
		people = append(people, c.Person)
	}
	switch {
	case r.AwaitsReview() && r.HasAct(acts):
		for i := range acts {
			if acts[i].Event == Reviews {
				people = append(people, &acts[i].Person)
			}
		}
		return append(people, r.parties()...)
	case r.Status.Decided():
		return nil
	case len(people) > 0 && r.Review != nil:
		for i := range r.Review.ApprovedBy {
			people = append(people, &r.Review.ApprovedBy[i].Person)
		}
		return append(people, r.parties()...)
	case r.Flow.FastTrack != nil:
		return []*Person{r.Holder()}
	}
	return nil
}

// Apart returns the people of a pending run from whom a new approver must differ: its
// requester, whom it is for, and those who have approved.
func (r *Run) Apart() []*Person {
	people := r.parties()
	if r.Review != nil {
		for i := range r.Review.ApprovedBy {
			people = append(people, &r.Review.ApprovedBy[i].Person)
		}
	}
	return people
}

// ownApproval reports whether p may not approve because the run may be p's own
// and its rule allows no self-approval. Of a run for somebody else it never does.
func (r *Run) ownApproval(p Person) bool { return !r.selfApproval() && r.concerns(p) }

// selfApproval reports whether the run's rule lets its requester approve.
func (r *Run) selfApproval() bool { return r.rule().SelfApproval && r.For == nil }

// distinct returns the approvals that count, by the links known now: of two that
// may be one person's the first, and none that may be the requester's own.
func (r *Run) distinct() []Approval {
	var out []Approval
	for _, a := range r.Review.ApprovedBy {
		if !r.ownApproval(a.Person) && !a.Crowded && !slices.ContainsFunc(out, func(b Approval) bool { return Same(a.Person, b.Person) }) {
			out = append(out, a)
		}
	}
	return out
}
