package run

import (
	"slices"
	"strings"
)

// rule returns the review in force: the flow's until the run is routed, then the
// run's own.
func (r *Run) rule() ReviewRule {
	if r.Review != nil {
		return r.Review.ReviewRule
	}
	return r.Flow.Review
}

// admins returns who may always decide: today's admins of the flow. If the flow was
// removed, it returns the run's admins whom the file still names, or the file's own
// admins if only people whom the run concerns are left of those.
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
		known = known && r.concerns(personOf(address))
	}
	if known {
		return t.Admins
	}
	return left
}

func (r *Run) IsAdmin(p Person, t *Today) bool {
	return !p.Machine && t.meansAny(r.admins(t), p, nil)
}

// viewers returns who may only see the run: today's viewers of the flow, and those
// whom get_permissions named.
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

// mayApprove reports whether the run's rule lets p approve, and today's flow too
// unless get_permissions named p. [Run.MayAct] also checks that requesters don't
// approve their own requests.
func (r *Run) mayApprove(p Person, t *Today) bool { return r.approverBy(p, t).kind != noGround }

// approverBy returns by what p may approve, by [Run.mayApprove].
func (r *Run) approverBy(p Person, t *Today) ground {
	if p.Machine {
		return ground{}
	}
	if r.IsAdmin(p, t) {
		return ground{kind: asAdmin}
	}
	byFlow, byHook := r.deciders()
	if t == nil {
		if by, means := t.meaning(byFlow, p, r.Flow.Admins); means {
			return ground{asApprover, by}
		}
		if by, means := t.meaning(byHook, p, r.Flow.Admins); means {
			return ground{namedByHook, by}
		}
		return ground{}
	}
	f, there := t.Flows[r.Flow.Name]
	if !there {
		return ground{}
	}
	if by, means := t.meaning(byHook, p, f.Admins); means {
		return ground{namedByHook, by}
	}
	if by, means := t.meaning(f.Approvers, p, f.Admins); means && t.meansAny(byFlow, p, f.Admins) {
		return ground{asApprover, by}
	}
	return ground{}
}

// mayDeny reports whether p may deny or revoke: if p may approve, or if the run's rule
// allows it and the directory still knows p or the flow still names p.
func (r *Run) mayDeny(p Person, t *Today) bool { return r.denierBy(p, t).kind != noGround }

// denierBy returns by what p may deny or revoke, by [Run.mayDeny].
func (r *Run) denierBy(p Person, t *Today) ground {
	if by := r.approverBy(p, t); by.kind != noGround {
		return by
	}
	byFlow, byHook := r.deciders()
	return r.allowedBy(byFlow, byHook, p, t)
}

// approverAsFiled reports whether the flow, as it was when the run was filed, made p
// an approver.
func (r *Run) approverAsFiled(p Person, t *Today) bool {
	return r.allowedBy(deciders(r.Flow.Review), nil, p, t).kind != noGround
}

func (r *Run) allowedBy(byFlow, byHook []string, p Person, t *Today) ground {
	if p.Machine {
		return ground{}
	}
	admins := r.admins(t)
	if t.meansAny(admins, p, nil) {
		return ground{kind: asAdmin}
	}
	if by, means := t.meaning(byHook, p, admins); means {
		return ground{namedByHook, by}
	}
	i := slices.IndexFunc(byFlow, func(principal string) bool { return t.means(principal, p, admins) && r.still(principal, t) })
	if i < 0 {
		return ground{}
	}
	return ground{asFiled, byFlow[i]}
}

// still reports whether a principal of the flow as filed is valid today. A group
// always is: its members count. One person is if the directory knows or the flow
// names them.
func (r *Run) still(principal string, t *Today) bool {
	if t == nil || !isOne(principal) {
		return true
	}
	f := t.Flows[r.Flow.Name]
	return t.knows(t.address(principal)) || t.namedIn(principal, f.Admins, f.Approvers, f.Viewers)
}

// deciders returns the approvers by the rule in force: those of the flow, and those
// whom get_permissions named.
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

// deciders returns the approvers of a rule.
func deciders(rule ReviewRule) []string {
	list := slices.Clone(rule.Approvers)
	for _, need := range rule.Approvals {
		if need.From != "" {
			list = append(list, need.From)
		}
	}
	return list
}

// A run that an older release stored doesn't say which lists get_permissions named:
// those that differ from the flow's.

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

// MayDecide reports whether p may decide requests of a flow of today, as an approver
// or an admin. Each run has a rule of its own; see [Run.MayAct].
func (t *Today) MayDecide(flow string, p Person) bool {
	f, there := t.Flows[flow]
	return there && !p.Machine && (t.meansAny(f.Admins, p, nil) || t.meansAny(f.Approvers, p, f.Admins))
}

// IsAdminOfAny reports whether p is an admin of any flow of today, or of the file.
func (t *Today) IsAdminOfAny(p Person) bool {
	for _, f := range t.Flows {
		if !p.Machine && t.meansAny(f.Admins, p, nil) {
			return true
		}
	}
	return t.IsAdmin(p)
}

// IsAdmin reports whether p is one of the file's own admins.
func (t *Today) IsAdmin(p Person) bool { return !p.Machine && t.meansAny(t.Admins, p, nil) }
