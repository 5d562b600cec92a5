package engine

import (
	"cmp"
	"fmt"
	"slices"

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
		d.resume()
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
	v.ApprovedBy, v.Notified = nil, 0
	d.notifyNext(run.AdminsDecide+why+".", nil)
}
