package engine

import (
	"cmp"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// applyHookOutcome applies the outcome of the hook that was called.
func (d *decider) applyHookOutcome() {
	hook := d.Engine.Hook
	a := d.readResponse(hook)
	d.changed = true
	if beforePeople := d.Status == run.Requested; beforePeople {
		if act, there := d.findCancel(); there {
			d.applyTransition(caseOf(act))
			return
		}
	}
	if d.admitPuts(hook, &a) {
		return
	}
	switch hook {
	case run.OnRequest:
		d.applyOnRequest(a)
	case run.GetPermissions:
		if d.Status == run.Pending {
			d.applyRecheck(a)
		} else {
			d.applyPermissions(a)
		}
	case run.AfterRequest:
		d.applyAfterRequest(a)
	case run.OnApprove:
		d.applyOnApprove(a)
	case run.OnDeny:
		d.applyOnDeny(a)
	case run.OnExpire:
		d.applyOnExpire(a)
	case run.OnEscalate:
		d.keepNow(&a)
		d.applyOnEscalate(a)
	case run.AfterEscalate:
		d.keepNow(&a)
		d.applyAfterEscalate(a)
	case run.WhileActive:
		d.applyWhileActive(a)
	case run.OnRevoke:
		d.applyOnRevoke(a)
	case run.OnDeescalate:
		d.keepNow(&a)
		d.applyOnDeescalate(a)
	default: // the after-hooks of a decision, and of the end of access
		d.keepNow(&a)
		if failure := a.Failure(hook); failure != "" {
			d.recordIgnored(run.ByHook(hook), run.ViaHook, "", "", failure, a.Checks)
		}
		d.end()
	}
}

func (d *decider) applyOnRequest(a hookapi.Response) {
	if d.BreakGlass != nil {
		d.breakGlass()
		return
	}
	decided := a.Transition != ""
	if d.Flow.Shadow {
		a = d.keepVerdict(a)
	}
	rt := a.Routing(run.OnRequest)
	if a.FailedWhole && d.step.Failure != nil && d.step.Failure.Raised {
		// An error that the function raised is the failure of on_request alone: the
		// reducers are called by themselves.
		rt.AdminsOnly, rt.Asked = false, false
		d.routeToPeople(rt)
		return
	}
	if a.Transition == "" {
		d.keep(a.Puts)
		// The reducers don't run when on_request decides.
		rt.Asked = !decided || a.Permissions != nil || rt.AdminsOnly
		d.routeToPeople(rt)
		return
	}
	// The reducers don't run when on_request decides.
	rt.Asked = a.Permissions != nil || rt.AdminsOnly
	d.startTransition(run.Case{
		Event: a.Transition, Actor: run.ByHook(run.OnRequest), Channel: run.ViaHook, Reason: a.Reason, Checks: a.Checks,
		DurationSeconds: a.DurationSeconds, At: d.now, Origin: run.OnRequest, Routing: rt, Puts: a.Puts,
	})
}

// applyPermissions routes a run that on_request had decided, until a guard ignored
// that. Only then are the reducers called by themselves.
func (d *decider) applyPermissions(a hookapi.Response) {
	rt := a.Routing(run.GetPermissions)
	if c := d.Engine.Case; c != nil && c.Routing != nil {
		rt.Errors = append(c.Routing.Errors, rt.Errors...)
		rt.Checks = append(c.Routing.Checks, rt.Checks...)
		if rt.Notifications == nil {
			rt.Notifications = c.Routing.Notifications
		}
	}
	d.Engine.Case = nil
	d.routeToPeople(rt)
}

func (d *decider) applyAfterRequest(a hookapi.Response) {
	if failure := a.Failure(run.AfterRequest); failure != "" {
		d.Review.Errors = append(d.Review.Errors, run.HookError{Hook: string(run.AfterRequest), Error: failure})
		d.recordIgnored(run.ByHook(run.AfterRequest), run.ViaHook, "", "", failure, a.Checks)
		d.resume()
		return
	}
	if act, there := d.findCancel(); there {
		d.applyTransition(caseOf(act))
		return
	}
	if a.Transition == "" {
		d.keep(a.Puts)
		d.Review.Checks = append(d.Review.Checks, a.Checks...)
		d.resume()
		return
	}
	d.startTransition(run.Case{
		Event: a.Transition, Actor: run.ByHook(run.AfterRequest), Channel: run.ViaHook, Reason: a.Reason, Checks: a.Checks,
		DurationSeconds: a.DurationSeconds, At: d.now, Origin: run.AfterRequest, Puts: a.Puts,
	})
}

func (d *decider) applyOnApprove(a hookapi.Response) {
	c := *d.Engine.Case
	if c.Override != nil {
		d.applyOverride(c, run.OnApprove, a)
		return
	}
	if failure := a.Failure(run.OnApprove); failure != "" {
		d.dropEvent(c, run.OnApprove, failure, failure, a.Checks)
		return
	}
	switch a.Transition {
	case run.Ignore:
		d.keep(a.Puts)
		d.dropEvent(c, run.OnApprove, cmp.Or(a.Message, "on_approve of "+d.Flow.Name+" does not let this approval count."), "", a.Checks)
	case run.Deny:
		d.startTransition(run.Case{
			Event: run.Deny, Actor: run.ByHook(run.OnApprove), Channel: run.ViaHook, Reason: a.Reason, Checks: a.Checks,
			At: d.now, Act: c.Act, Origin: cmp.Or(c.Origin, run.OnApprove), Routing: c.Routing, Puts: a.Puts,
		})
	default:
		addHookReason(&c, run.OnApprove, a)
		if a.DurationSeconds > 0 && (c.DurationSeconds == 0 || a.DurationSeconds < c.DurationSeconds) {
			c.DurationSeconds = a.DurationSeconds
		}
		if d.keepsStale(c) {
			return
		}
		d.applyTransition(c)
	}
}

func (d *decider) applyOnDeny(a hookapi.Response) {
	c := *d.Engine.Case
	if c.Override != nil {
		d.applyOverride(c, run.OnDeny, a)
		return
	}
	if failure := a.Failure(run.OnDeny); failure != "" {
		c.Error = failure
	} else if a.Transition == run.Ignore {
		d.keep(a.Puts)
		d.dropEvent(c, run.OnDeny, cmp.Or(a.Message, "on_deny of "+d.Flow.Name+" does not let this denial count."), "", a.Checks)
		return
	}
	addHookReason(&c, run.OnDeny, a)
	if d.keepsStale(c) {
		return
	}
	d.applyTransition(c)
}

func (d *decider) applyOnExpire(a hookapi.Response) {
	c := *d.Engine.Case
	c.Error = a.Failure(run.OnExpire)
	switch a.Transition {
	case run.Approve, run.Deny:
		d.startTransition(run.Case{
			Event: a.Transition, Actor: run.ByHook(run.OnExpire), Channel: run.ViaHook, Reason: a.Reason, Checks: a.Checks,
			DurationSeconds: a.DurationSeconds, At: d.now, Origin: run.OnExpire, Puts: a.Puts,
		})
	default:
		addHookReason(&c, run.OnExpire, a)
		d.applyTransition(c)
	}
}
