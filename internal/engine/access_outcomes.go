package engine

import (
	"cmp"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func (d *decider) applyOnEscalate(a hookapi.Response) {
	switch failure := a.Failure(run.OnEscalate); {
	case failure != "":
		d.finishAccess(run.Case{
			Event: run.Fail, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, Error: failure, Checks: a.Checks,
			Reason: "No access was granted: " + failure,
		})
	case a.Transition == run.Deescalate:
		d.finishAccess(run.Case{
			Event: run.Deescalate, Actor: run.ByHook(run.OnEscalate), Channel: run.ViaHook, Checks: a.Checks,
			Reason: cmp.Or(a.Reason, "on_escalate of "+d.Flow.Name+" grants no access."),
		})
	default:
		addHookReason(d.Engine.Escalation, run.OnEscalate, a)
		d.resume()
	}
}

func (d *decider) applyAfterEscalate(a hookapi.Response) {
	if failure := a.Failure(run.AfterEscalate); failure != "" {
		d.recordIgnored(run.ByHook(run.AfterEscalate), run.ViaHook, "", "", failure, a.Checks)
		d.resume()
		return
	}
	switch a.Transition {
	case run.Revoke:
		d.applyTransition(run.Case{
			Event: run.Revoke, Actor: run.ByHook(run.AfterEscalate), Channel: run.ViaHook, Checks: a.Checks, At: d.now,
			Reason: cmp.Or(a.Reason, "Revoked by after_escalate of "+d.Flow.Name),
		})
	case run.Deescalate:
		d.endAccess(run.Case{
			Event: run.Deescalate, Actor: run.ByHook(run.AfterEscalate), Channel: run.ViaHook, Checks: a.Checks, At: d.now,
			Reason: cmp.Or(a.Reason, "Ended by after_escalate of "+d.Flow.Name),
		})
	default:
		d.resume()
	}
}

func (d *decider) applyOnDeescalate(a hookapi.Response) {
	c := *d.Engine.Case
	c.Error = a.Failure(run.OnDeescalate)
	addHookReason(&c, run.OnDeescalate, a)
	d.removeAccess(c)
}

func (d *decider) applyOnRevoke(a hookapi.Response) {
	c := *d.Engine.Case
	if c.Override != nil {
		d.applyOverride(c, run.OnRevoke, a)
		return
	}
	if failure := a.Failure(run.OnRevoke); failure != "" {
		c.Error = failure
	} else if a.Transition == run.Ignore {
		d.keep(a.Puts)
		d.dropEvent(c, run.OnRevoke, cmp.Or(a.Message, "on_revoke of "+d.Flow.Name+" does not let this revoke count."), "", a.Checks)
		return
	}
	addHookReason(&c, run.OnRevoke, a)
	d.applyTransition(c)
}
