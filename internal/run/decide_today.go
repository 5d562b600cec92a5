package run

import (
	"cmp"
	"fmt"
	"slices"
)

// approvedBy counts a person's approval and reports whether the threshold is met
// by people who may still approve. An approval of somebody who no longer may is
// dropped then, and the history says so.
func (d *decider) approvedBy(c Case, entry Entry) bool {
	t := d.step.Today
	d.Review.ApprovedBy = append(d.Review.ApprovedBy, Approval{Person: *c.Person, Act: c.Act})
	met := d.thresholdMet(t)
	if met {
		for _, a := range d.lapsed(t) {
			d.Review.ApprovedBy = slices.DeleteFunc(d.Review.ApprovedBy, func(b Approval) bool { return b.Act == a.Act })
			d.log(Pending, Entry{
				Event: Ignore, Actor: Actor{Type: EngineActor}, Channel: ViaEngine, Act: a.Act,
				Reason: fmt.Sprintf("The approval of %s does not count: they may no longer approve this request.", cmp.Or(a.Email, a.ID)),
			})
			met = false
		}
		met = met || d.thresholdMet(t)
	}
	if !met {
		if slices.ContainsFunc(d.Review.ApprovedBy, func(a Approval) bool { return a.Act == c.Act }) {
			d.log(Pending, entry)
		}
		d.goOn()
	}
	return met
}

// reroute sends a run to the admins alone, one of whom is enough, if provably too
// few of those who may approve are left to meet its threshold.
func (d *decider) reroute() {
	v := d.Review
	why := d.tooFew(d.step.Today)
	if why == "" {
		return
	}
	if len(v.ApprovedBy) > 0 {
		why += "; the approvals so far no longer count"
	}
	v.toAdmins()
	v.ApprovedBy, v.Told = nil, 0
	d.tellNext(AdminsDecide+why+".", nil)
}

// rechecks reports whether get_permissions is asked again before an approve
// counts.
func (d *decider) rechecks() bool {
	recheck := d.Flow.Recheck
	if t := d.step.Today; t != nil {
		recheck = recheck || t.Flows[d.Flow.Name].Recheck
	}
	return recheck && !slices.Equal(d.Review.Approvers, adminsAlone) && d.subscribed(GetPermissions)
}

// heardAgain deals with what get_permissions answered when it was asked again: it
// says who may approve and see, not how many must. If it failed, only an admin's
// approve counts.
func (d *decider) heardAgain(a answer) {
	c, t := *d.Engine.Case, d.step.Today
	if failure := a.failed(GetPermissions); failure != "" {
		if !d.isAdmin(*c.Person, t) {
			d.ignored(c, GetPermissions, failure, failure, a.checks)
			return
		}
	} else {
		d.nameAgain(Routing{Permissions: a.permissions})
	}
	d.Engine.Case = nil
	if err := d.MayAct(Approve, *c.Person, t); err != nil {
		d.ignore(Actor{Type: EngineActor}, ViaEngine, c.Act, err.Error(), "", nil)
		d.goOn()
		return
	}
	d.raise(c)
}

// nameAgain puts in place whom get_permissions names now, and notifies them if
// they are others.
func (d *decider) nameAgain(rt Routing) {
	rule, named, v := rt.apply(d.Flow.Review), rt.named(), d.Review
	same := slices.Equal(v.Approvers, rule.Approvers) && slices.Equal(v.Viewers, rule.Viewers) &&
		v.Named.Approvers == named.Approvers && v.Named.Viewers == named.Viewers && v.SelfApproval == (v.SelfApproval && rule.SelfApproval)
	if same {
		return
	}
	v.Approvers, v.Viewers, v.SelfApproval = rule.Approvers, rule.Viewers, v.SelfApproval && rule.SelfApproval
	v.Named.Approvers, v.Named.Viewers = named.Approvers, named.Viewers
	d.log(Pending, Entry{
		Event: Forward, Actor: Actor{Type: EngineActor}, Channel: ViaEngine, To: d.askable(),
		Reason: "get_permissions was asked again: waiting for " + describe(v.ReviewRule) + " to decide.",
	})
}
