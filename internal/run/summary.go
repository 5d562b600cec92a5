package run

import "slices"

// Summary is what lists need of a run: what they show, and while the run is
// pending what tells whom it waits for. That long it is stored beside the run and
// in the indexes.
type Summary struct {
	View View `json:"view"`
	// Requester is what View doesn't show of the requester.
	Requester Login `json:"requester,omitzero"`
	// Waiting is nil unless the run is pending.
	Waiting *Waiting `json:"waiting,omitempty"`

	// admins are the run's; an index has them in Waiting alone.
	admins []string
}

// Login is what no response shows of a person, but what [Same] and
// [Run.OwnedBy] need.
type Login struct {
	Principal string `json:"principal,omitempty"`
	Mapped    bool   `json:"mapped,omitempty"`
}

func loginOf(p Person) Login { return Login{p.Principal, p.Mapped} }

// IsZero reports whether nothing is known, as in what older releases stored.
func (l Login) IsZero() bool { return l.Principal == "" }

// Waiting tells whom a pending run waits for.
type Waiting struct {
	Admins       []string      `json:"admins"`
	Approvals    []Requirement `json:"approvals"`
	SelfApproval bool          `json:"self_approval,omitempty"`
	// Approvers are those that the view does not show.
	Approvers []string `json:"approvers,omitempty"`
	// ApprovedBy belongs to the people of the view's review.
	ApprovedBy []Login `json:"approved_by,omitempty"`
	// Named is what get_permissions named; nil in what older releases stored.
	Named *Named `json:"named,omitempty"`
}

// Summary gives the run's summary; its view has no history.
func (r *Run) Summary() Summary {
	s := Summary{View: r.View(), Requester: loginOf(r.Requester), admins: r.Flow.Admins}
	s.View.History = nil
	if r.Status == Pending {
		s.Waiting = &Waiting{
			Admins: r.Flow.Admins, Approvals: r.Review.Approvals, SelfApproval: r.Review.SelfApproval,
			Named: &Named{
				Approvers: r.Review.approversByHook(r.Flow.Review), Approvals: r.Review.approvalsByHook(r.Flow.Review),
				Viewers: r.Review.viewersByHook(r.Flow.Review),
			},
		}
		_, s.Waiting.Approvers = split(r.Review.Approvers)
		for _, a := range r.Review.ApprovedBy {
			s.Waiting.ApprovedBy = append(s.Waiting.ApprovedBy, loginOf(a.Person))
		}
	}
	return s
}

// AwaitsPerson reports the same of a summary as [Run.AwaitsPerson] of its run.
func (s Summary) AwaitsPerson(p Person, t *Today) bool {
	if s.View.Status != Pending || s.Waiting == nil || s.View.Review == nil {
		return false
	}
	rule := ReviewRule{Approvers: slices.Concat(s.View.Review.Approvers, s.Waiting.Approvers), Approvals: s.Waiting.Approvals, SelfApproval: s.Waiting.SelfApproval}
	r := Run{
		Status:    Pending,
		Flow:      Flow{Name: s.View.Flow, Admins: s.Waiting.Admins, Review: rule},
		Requester: person(s.View.Requester, s.Requester),
		Review:    &Review{ReviewRule: rule},
	}
	switch {
	case s.Waiting.Named != nil:
		r.Review.Named = *s.Waiting.Named
	case t != nil && t.knows(t.addressOf(p)):
		// Not known; whoever is shown one too many is refused when they act.
		r.Review.Named = Named{Approvers: true, Approvals: true}
	}
	for i, a := range s.View.Review.ApprovedBy {
		var l Login // of an older release, it is not known
		if i < len(s.Waiting.ApprovedBy) {
			l = s.Waiting.ApprovedBy[i]
		}
		r.Review.ApprovedBy = append(r.Review.ApprovedBy, Approval{Person: person(a, l)})
	}
	return r.AwaitsPerson(p, t)
}

// IsAdmin reports whether p is an admin of the run today.
func (s Summary) IsAdmin(p Person, t *Today) bool {
	r := Run{Flow: Flow{Name: s.View.Flow, Admins: s.admins}, Requester: person(s.View.Requester, s.Requester)}
	if s.Waiting != nil {
		r.Flow.Admins = s.Waiting.Admins
	}
	return r.isAdmin(p, t)
}

// OwnedBy reports of a summary what [Run.OwnedBy] does of its run.
func (s Summary) OwnedBy(p Person) bool {
	return (&Run{Requester: person(s.View.Requester, s.Requester)}).OwnedBy(p)
}

func person(v PersonView, l Login) Person {
	return Person{ID: v.ID, Email: v.Email, Name: v.Name, Principal: l.Principal, Mapped: l.Mapped}
}
