package run

import "slices"

var (
	AdminsAlone = []string{"admins"}
	oneApproval = []Requirement{{Count: 1}}
)

// AdminsDecide begins the reason of an entry that sends a run to the admins, since
// too few people can meet its threshold; why follows.
const AdminsDecide = "Waiting for one of the flow's admins to decide: "

// TooFew returns why a review goes to the admins, "" if it doesn't.
func (r *Run) TooFew(t *Today) string {
	if v := r.Review; v == nil || slices.Equal(v.Approvers, AdminsAlone) && slices.Equal(v.Approvals, oneApproval) {
		return ""
	}
	return r.Short(t)
}

// ToAdmins leaves a review to the admins, one of whom is enough.
func (v *Review) ToAdmins() {
	v.Approvers, v.Approvals, v.SelfApproval = slices.Clone(AdminsAlone), slices.Clone(oneApproval), false
	v.Named.Approvers, v.Named.Approvals = false, false
	v.Notify = []Notify{{To: slices.Clone(AdminsAlone)}}
}

// asOf returns the run as the next engine.Decide finds it: for the admins to decide,
// if too few are left who may approve.
func (r *Run) asOf(t *Today) *Run {
	if r.Status != Pending || r.TooFew(t) == "" {
		return r
	}
	sent, review := *r, *r.Review
	review.ToAdmins()
	review.ApprovedBy = nil
	sent.Review = &review
	return &sent
}
