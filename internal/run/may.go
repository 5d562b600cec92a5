package run

import (
	"slices"
	"strings"
)

// rule is the review in force: the run's own once it was routed, the flow's
// before.
func (r *Run) rule() ReviewRule {
	if r.Review != nil {
		return r.Review.ReviewRule
	}
	return r.Flow.Review
}

// admins are those who may always decide: today's admins of the flow. Of a flow
// that is gone they are the run's admins whom the file still names, or the
// file's own if nobody but the requester is left of those.
func (r *Run) admins(t *Today) []string {
	if t == nil {
		return r.Flow.Admins
	}
	if f, there := t.Flows[r.Flow.Name]; there {
		return f.Admins
	}
	left := slices.DeleteFunc(slices.Clone(r.Flow.Admins), func(admin string) bool { return !t.names(admin) })
	people, known := t.Provably(left, nil)
	for _, address := range people {
		known = known && Same(r.Requester, personOf(address))
	}
	if known {
		return t.Admins
	}
	return left
}

func (r *Run) IsAdmin(p Person, t *Today) bool {
	return !p.Machine && t.meansAny(r.admins(t), p, nil)
}

// viewers are those who may see the run and no more: today's viewers of the
// flow, and those whom get_permissions named.
func (r *Run) viewers(t *Today) []string {
	viewers := r.rule().Viewers
	if t == nil {
		return append(slices.Clone(viewers), r.Flow.Review.Viewers...)
	}
	if r.Review == nil || !r.Review.viewersByHook(r.Flow.Review) {
		viewers = nil
	}
	return append(slices.Clone(viewers), t.Flows[r.Flow.Name].Viewers...)
}

// mayApprove reports whether p may approve, leaving aside that requesters may
// not approve their own: the run's rule must allow it, and so must today's flow,
// unless get_permissions named p.
func (r *Run) mayApprove(p Person, t *Today) bool {
	if p.Machine {
		return false
	}
	if r.IsAdmin(p, t) {
		return true
	}
	byFlow, byHook := r.deciders()
	if t == nil {
		return t.meansAny(append(byFlow, byHook...), p, r.Flow.Admins)
	}
	f, there := t.Flows[r.Flow.Name]
	return there && (t.meansAny(byHook, p, f.Admins) ||
		t.meansAny(byFlow, p, f.Admins) && t.meansAny(f.Approvers, p, f.Admins))
}

// mayDeny reports whether p may deny, or revoke: who may approve may, and else the
// run's rule must allow it, and p must still be somebody whom the directory knows
// or the flow names.
func (r *Run) mayDeny(p Person, t *Today) bool {
	byFlow, byHook := r.deciders()
	return r.mayApprove(p, t) || r.allows(byFlow, byHook, p, t)
}

// couldHave reports whether the flow, as it was when the run was filed, let p decide.
func (r *Run) couldHave(p Person, t *Today) bool {
	return r.allows(deciders(r.Flow.Review), nil, p, t)
}

func (r *Run) allows(byFlow, byHook []string, p Person, t *Today) bool {
	if p.Machine {
		return false
	}
	admins := r.admins(t)
	return t.meansAny(admins, p, nil) || t.meansAny(byHook, p, admins) ||
		slices.ContainsFunc(byFlow, func(principal string) bool { return t.means(principal, p, admins) && r.still(principal, t) })
}

// still reports whether a principal that the flow named then holds today: a group
// by its members, one person by being known to the directory or named by the
// flow.
func (r *Run) still(principal string, t *Today) bool {
	if t == nil || !isOne(principal) {
		return true
	}
	f := t.Flows[r.Flow.Name]
	return t.knows(t.address(principal)) || t.namedIn(principal, f.Admins, f.Approvers, f.Viewers)
}

// deciders are the principals who may decide by the rule in force: those of the
// flow, and those whom get_permissions named.
func (r *Run) deciders() (byFlow, byHook []string) {
	if r.Review == nil {
		return deciders(r.Flow.Review), nil
	}
	into := func(hook bool) *[]string {
		if hook {
			return &byHook
		}
		return &byFlow
	}
	approvers := into(r.Review.approversByHook(r.Flow.Review))
	*approvers = append(*approvers, r.Review.Approvers...)
	approvals := into(r.Review.approvalsByHook(r.Flow.Review))
	for _, need := range r.Review.Approvals {
		if need.From != "" {
			*approvals = append(*approvals, need.From)
		}
	}
	return byFlow, byHook
}

// deciders are the principals who may decide by a rule.
func deciders(rule ReviewRule) []string {
	list := slices.Clone(rule.Approvers)
	for _, need := range rule.Approvals {
		if need.From != "" {
			list = append(list, need.From)
		}
	}
	return list
}

// Runs of older releases don't say what get_permissions named. It is whatever differs
// from the flow.

func (v *Review) approversByHook(flow ReviewRule) bool {
	return v.Named.Approvers || !slices.Equal(v.Approvers, flow.Approvers) && !slices.Equal(v.Approvers, []string{"admins"})
}

func (v *Review) approvalsByHook(flow ReviewRule) bool {
	return v.Named.Approvals || !slices.Equal(v.Approvals, flow.Approvals)
}

func (v *Review) viewersByHook(flow ReviewRule) bool {
	return v.Named.Viewers || !slices.Equal(v.Viewers, flow.Viewers)
}

// isOne reports whether a principal names one person or login.
func isOne(principal string) bool {
	return principal != "everyone" && principal != "admins" && !strings.HasPrefix(principal, "group:")
}

func personOf(address string) Person { return Person{ID: address, Email: address} }

// MayList reports whether p may list the runs of a flow of today: its admins and
// viewers.
func (t *Today) MayList(flow string, p Person) bool {
	f, there := t.Flows[flow]
	return there && t.meansAny(append(slices.Clone(f.Admins), f.Viewers...), p, f.Admins)
}

// IsAdmin reports whether p is one of the file's own admins.
func (t *Today) IsAdmin(p Person) bool { return !p.Machine && t.meansAny(t.Admins, p, nil) }
