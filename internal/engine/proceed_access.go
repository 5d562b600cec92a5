package engine

import "github.com/fasttrack-dev/fasttrack/internal/run"

// proceedToGrant goes on with an approved run of a flow that gives access: unless
// somebody revoked it already, on_escalate is asked, and access given.
func (d *decider) proceedToGrant() {
	if d.startRevoke() {
		return
	}
	if d.Engine.Escalation == nil {
		d.Engine.Escalation = &run.Case{Event: run.Escalate, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, At: d.now}
		if hook := d.transition(run.Escalate).Before; d.subscribed(hook) {
			d.Engine.Case = d.Engine.Escalation
			d.callHook(hook)
			return
		}
	}
	// Given by functions/grant.
	if d.Access == nil {
		d.Access = &run.Access{}
	}
	d.Engine.Case, d.Engine.Hook = nil, ""
	d.Engine.Next = run.NextGrant
	d.changed = true
}

// startRevoke deals with the first revoke that counts, if there is one.
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
		d.startTransition(caseOf(act))
		return true
	}
}

// proceedActive goes on with a run whose access is there: a revoke, the end of its
// time, or it waits.
func (d *decider) proceedActive() {
	if d.startRevoke() {
		return
	}
	c := run.Case{Event: run.Deescalate, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, At: d.now, Reason: d.endOfTime()}
	switch {
	case d.isFull():
		c.Reason = "The record of this request is full."
		d.removeAccess(c)
	case !d.now.Before(d.TakeBackAt()):
		d.endAccess(c)
	case d.Engine.Next != run.NextActive:
		d.Engine.Next, d.Engine.Hook = run.NextActive, ""
		d.changed = true
	}
}

// endAccess ends access at the end of its time, or because a hook says so:
// on_deescalate is asked if it is there.
func (d *decider) endAccess(c run.Case) {
	if hook := d.transition(run.Deescalate).Before; d.subscribed(hook) {
		d.Engine.Case = &c
		d.callHook(hook)
		return
	}
	d.removeAccess(c)
}
