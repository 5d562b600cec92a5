package run

// Summary is what lists need of a run: what they show, and while the run is
// pending what tells whom it waits for. That long it is stored beside the run and
// in the indexes.
type Summary struct {
	View View `json:"view"`
	// Waiting is nil unless the run is pending.
	Waiting *Waiting `json:"waiting,omitempty"`
}

// Waiting tells whom a pending run waits for.
type Waiting struct {
	Admins       []string      `json:"admins"`
	Approvals    []Requirement `json:"approvals"`
	SelfApproval bool          `json:"self_approval,omitempty"`
}

// Summary gives the run's summary; its view has no history.
func (r *Run) Summary() Summary {
	s := Summary{View: r.View()}
	s.View.History = nil
	if r.Status == Pending {
		s.Waiting = &Waiting{
			Admins: r.Flow.Admins, Approvals: r.Review.Approvals, SelfApproval: r.Review.SelfApproval,
		}
	}
	return s
}

// AwaitsPerson tells the same of a summary as [Run.AwaitsPerson] of its run.
func (s Summary) AwaitsPerson(p Person) bool {
	if s.View.Status != Pending || s.Waiting == nil || s.View.Review == nil {
		return false
	}
	r := Run{
		Status:    Pending,
		Flow:      Flow{Admins: s.Waiting.Admins},
		Requester: person(s.View.Requester),
		Review: &Review{ReviewRule: ReviewRule{
			Approvers: s.View.Review.Approvers, Approvals: s.Waiting.Approvals, SelfApproval: s.Waiting.SelfApproval,
		}},
	}
	for _, a := range s.View.Review.ApprovedBy {
		r.Review.ApprovedBy = append(r.Review.ApprovedBy, Approval{Person: person(a)})
	}
	return r.AwaitsPerson(p)
}

func person(v PersonView) Person { return Person{ID: v.ID, Email: v.Email, Name: v.Name} }
