package engine

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// mustRecheck reports whether get_permissions is called once more before an approve
// counts.
func (d *decider) mustRecheck() bool {
	recheck := d.Flow.Recheck
	if t := d.step.Today; t != nil {
		recheck = recheck || t.Flows[d.Flow.Name].Recheck
	}
	return recheck && !slices.Equal(d.Review.Approvers, run.AdminsAlone) && d.subscribed(run.GetPermissions)
}

// applyRecheck applies the outcome of calling get_permissions once more: it names who
// may approve and see, not how many must. If it failed, only an admin's approve
// counts.
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
		d.resume()
		return
	}
	d.startTransition(c)
}

// replaceApprovers puts in place the people that get_permissions names now, and
// notifies them if they are others.
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
		Event: run.Forward, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, To: d.Notifiable(),
		Reason: "get_permissions was called again: waiting for " + run.Describe(v.ReviewRule) + " to decide.",
	})
}
