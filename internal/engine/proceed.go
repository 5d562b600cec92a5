package engine

import "github.com/fasttrack-dev/fasttrack/internal/run"

// proceed goes on with the run as long as what was done has it resume.
func (d *decider) proceed() {
	for d.resumes && d.err == nil {
		d.resumes = false
		switch {
		case d.AwaitsReview():
			d.proceedUnreviewed()
		case d.Status == run.Approved:
			d.proceedToGrant()
		case d.Status == run.Active:
			d.proceedActive()
		default:
			d.proceedReview()
		}
	}
}

// proceedReview goes on with a run that waits for people: deals with the acts that
// came, then with time that passed, and then waits.
func (d *decider) proceedReview() {
	d.rerouteToAdmins()
	for {
		act, there := d.nextAct()
		if !there {
			break
		}
		if err := d.checkAct(act); err != nil {
			d.recordIgnored(run.Actor{Type: run.EngineActor}, run.ViaEngine, act.ID, err.Error(), "", nil)
			continue
		}
		switch {
		case act.Event == run.Cancel:
			d.applyTransition(caseOf(act))
		case act.Event == run.Withdraw:
			d.withdrawApproval(caseOf(act))
		case act.Event == run.Approve && d.mustRecheck():
			c := caseOf(act)
			d.Engine.Case = &c
			d.callHook(run.GetPermissions)
		default:
			d.startTransition(caseOf(act))
		}
		// Whatever follows from the act, this or a later Decide has gone on
		// with the rest.
		return
	}
	switch {
	case d.isFull():
		d.applyTransition(d.expiry("The record of this request is full."))
		return
	case !d.now.Before(d.Review.ExpiresAt):
		if !d.Review.Expiring {
			d.Review.Expiring = true
			d.changed = true
			d.startTransition(d.expiry(""))
			return
		}
		d.applyTransition(d.expiry(""))
		return
	}
	if at, more := d.Review.NextNotifyAt(); more && !d.now.Before(at) {
		d.notifyNext("Nobody has decided yet.", nil)
	}
	if d.Engine.Next != run.NextReview {
		d.Engine.Next, d.Engine.Hook = run.NextReview, ""
		d.changed = true
	}
}
