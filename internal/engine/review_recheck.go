package engine

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// countApproval counts a person's approval and reports whether the threshold is met
// by people who may still approve. An approval of somebody who no longer may is
// dropped then, and the history says so.
func (d *decider) countApproval(c run.Case, entry run.Entry) bool {
	t := d.step.Today
	d.Review.ApprovedBy = append(d.Review.ApprovedBy, run.Approval{Person: *c.Person, Act: c.Act})
	met := d.ThresholdMet(t)
	if met {
		for _, a := range d.Lapsed(t) {
			d.Review.ApprovedBy = slices.DeleteFunc(d.Review.ApprovedBy, func(b run.Approval) bool { return b.Act == a.Act })
			d.record(run.Pending, run.Entry{
				Event: run.Ignore, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, Act: a.Act,
				Reason: fmt.Sprintf("The approval of %s does not count: they may no longer approve this request.", cmp.Or(a.Email, a.ID)),
			})
			met = false
		}
		met = met || d.ThresholdMet(t)
	}
	if !met {
		if slices.ContainsFunc(d.Review.ApprovedBy, func(a run.Approval) bool { return a.Act == c.Act }) {
			d.record(run.Pending, entry)
		}
		d.proceed()
	}
	return met
}

// rerouteToAdmins sends a run to the admins alone, one of whom is enough, if provably too
// few of those who may approve are left to meet its threshold.
func (d *decider) rerouteToAdmins() {
	v := d.Review
	why := d.TooFew(d.step.Today)
	if why == "" {
		return
	}
	if len(v.ApprovedBy) > 0 {
		why += "; the approvals so far no longer count"
	}
	v.ToAdmins()
	v.ApprovedBy, v.Told = nil, 0
	d.notifyNext(run.AdminsDecide+why+".", nil)
}

// mustRecheck reports whether get_permissions is asked again before an approve
// counts.
func (d *decider) mustRecheck() bool {
	recheck := d.Flow.Recheck
	if t := d.step.Today; t != nil {
		recheck = recheck || t.Flows[d.Flow.Name].Recheck
	}
	return recheck && !slices.Equal(d.Review.Approvers, run.AdminsAlone) && d.subscribed(run.GetPermissions)
}

// applyRecheck deals with what get_permissions answered when it was asked again: it
// says who may approve and see, not how many must. If it failed, only an admin's
// approve counts.
func (d *decider) applyRecheck(a hookapi.Response) {
	c, t := *d.Engine.Case, d.step.Today
	if failure := a.Failure(run.GetPermissions); failure != "" {
		if !d.IsAdmin(*c.Person, t) {
			d.dropEvent(c, run.GetPermissions, failure, failure, a.Checks)
			return
		}
	} else {
		d.replaceApprovers(run.Routing{Permissions: a.Permissions})
	}
	d.Engine.Case = nil
	if err := d.MayAct(run.Approve, *c.Person, t); err != nil {
		d.recordIgnored(run.Actor{Type: run.EngineActor}, run.ViaEngine, c.Act, err.Error(), "", nil)
		d.proceed()
		return
	}
	d.startTransition(c)
}

// replaceApprovers puts in place whom get_permissions names now, and notifies them if
// they are others.
func (d *decider) replaceApprovers(rt run.Routing) {
	rule, named, v := rt.Apply(d.Flow.Review), rt.Named(), d.Review
	same := slices.Equal(v.Approvers, rule.Approvers) && slices.Equal(v.Viewers, rule.Viewers) &&
		v.Named.Approvers == named.Approvers && v.Named.Viewers == named.Viewers && v.SelfApproval == (v.SelfApproval && rule.SelfApproval)
	if same {
		return
	}
	v.Approvers, v.Viewers, v.SelfApproval = rule.Approvers, rule.Viewers, v.SelfApproval && rule.SelfApproval
	v.Named.Approvers, v.Named.Viewers = named.Approvers, named.Viewers
	d.record(run.Pending, run.Entry{
		Event: run.Forward, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, To: d.Askable(),
		Reason: "get_permissions was asked again: waiting for " + run.Describe(v.ReviewRule) + " to decide.",
	})
}
