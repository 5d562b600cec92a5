package run

import "slices"

var (
	adminsAlone = []string{"admins"}
	oneApproval = []Requirement{{Count: 1}}
)

// AdminsDecide begins the reason of an entry that sends a run to the admins, since
// too few people can meet its threshold; why follows.
const AdminsDecide = "Waiting for one of the flow's admins to decide: "

// tooFew says why a review is to go to the admins, "" if it is not.
func (r *Run) tooFew(t *Today) string {
	if v := r.Review; v == nil || slices.Equal(v.Approvers, adminsAlone) && slices.Equal(v.Approvals, oneApproval) {
		return ""
	}
	return r.Short(t)
}

// toAdmins leaves a review to the admins, one of whom is enough.
func (v *Review) toAdmins() {
	v.Approvers, v.Approvals, v.SelfApproval = slices.Clone(adminsAlone), slices.Clone(oneApproval), false
	v.Named.Approvers, v.Named.Approvals = false, false
	v.Notify = []Notify{{To: slices.Clone(adminsAlone)}}
}
