package engine

import "github.com/fasttrack-dev/fasttrack/internal/run"

// proceedToGrant goes on with an approved run: unless somebody revoked it since, or its
// start is yet to come, on_escalate is called, and then access is granted.
func (d *decider) proceedToGrant() {
	if d.startRevoke() || d.awaitStart() {
		return
	}
	if d.Engine.Escalation == nil {
		if !d.checkStart() {
			return
		}
		d.Engine.Escalation = &run.Case{Event: run.Escalate, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, At: d.now}
		if hook := d.transition(run.Escalate).Before; d.subscribed(hook) {
			d.Engine.Case = d.Engine.Escalation
			d.callHook(hook)
			return
		}
	}
	if d.Access == nil {
		d.Access = &run.Access{}
	}
	d.Engine.Case, d.Engine.Hook = nil, ""
	d.Engine.Next = run.NextGrant
	d.changed = true
}

// startRevoke starts the first revoke that counts, or cancel from before the start, and
// reports whether there is one.
func (d *decider) startRevoke() bool {
	for {
		act, there := d.nextAct()
		if !there {
			return false
		}
		if err := d.checkAct(act); err != nil {
			d.recordIgnored(run.Actor{Type: run.EngineActor}, run.ViaEngine, act.ID, err.Error(), "", nil)
			continue
		}
		if act.Event == run.Cancel {
			d.cancelStart(act)
		} else {
			d.startTransition(caseOf(act))
		}
		return true
	}
}

// proceedActive goes on with a run whose access is active: with a revoke, with the
// end of its time, with a confirm, or with a wait.
func (d *decider) proceedActive() {
	if d.startRevoke() || d.leaveAccess() {
		return
	}
	c := run.Case{Event: run.Deescalate, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, At: d.now, Reason: d.endOfTime()}
	switch {
	case d.isFull():
		c.Reason = "The record of this request is full."
		d.removeAccess(c)
	case !d.now.Before(d.TakeBackAt()):
		d.endAccess(c)
	case d.startConfirm():
	case d.remindToConfirm():
	case d.LookDue(d.now):
		d.look()
	case d.Engine.Next != run.NextActive:
		d.waitActive()
	}
}

// endAccess ends access on time, or because a hook says so. on_deescalate is called
// first.
func (d *decider) endAccess(c run.Case) {
	if hook := d.transition(run.Deescalate).Before; d.subscribed(hook) {
		d.Engine.Case = &c
		d.callHook(hook)
		return
	}
	d.removeAccess(c)
}
