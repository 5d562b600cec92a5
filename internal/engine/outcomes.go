package engine

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// applyHookOutcome deals with what the hook that was asked answered, or with its failure,
// by the rows of the hook table.
func (d *decider) applyHookOutcome() {
	hook := d.Engine.Hook
	a := d.readOutcome(hook)
	d.changed = true
	if beforePeople := d.Status == run.Requested; beforePeople {
		if act, there := d.findCancel(); there {
			d.applyTransition(caseOf(act))
			return
		}
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
		d.applyOnEscalate(a)
	case run.AfterEscalate:
		d.applyAfterEscalate(a)
	case run.OnRevoke:
		d.applyOnRevoke(a)
	case run.OnDeescalate:
		d.applyOnDeescalate(a)
	default: // the after-hooks of a decision, and of the end of access
		if failure := a.Failure(hook); failure != "" {
			d.recordIgnored(run.ByHook(hook), run.ViaHook, "", "", failure, a.Checks)
		}
		d.end()
	}
}

// readOutcome reads what was heard or caught, and keeps what outlasts the hook: its
// output, and which hooks there are.
func (d *decider) readOutcome(hook run.HookName) hookapi.Response {
	var a hookapi.Response
	switch {
	case d.Flow.NoHooks:
		return d.skipHooks()
	case d.step.Failure != nil:
		a.FailedWhole = true
		a.Fail(hook, "%s", d.step.Failure.Text)
	case d.step.Response == nil:
		a.FailedWhole = true
		a.Fail(hook, "gave no answer")
	default:
		d.hooksVersion = d.step.Response.Version
		a = hookapi.Read(hook, d.Flow.Name, d.step.Response.Answer, d.DurationSeconds)
		d.keepUnknownMembers(a)
		if a.Subscribes && !a.FailedWhole {
			d.namedHooks = true
			d.Engine.SubscriptionsKnown = true
			d.Engine.SubscriptionsVersion = d.step.Response.Version
			d.Engine.Subscriptions = nil
			for _, h := range a.Subscriptions {
				if run.KnownHook(string(h)) && !slices.Contains(d.Engine.Subscriptions, h) {
					d.Engine.Subscriptions = append(d.Engine.Subscriptions, h)
				}
			}
		}
	}
	if len(a.Output) > 0 && string(a.Output) != "null" {
		if d.Steps == nil {
			d.Steps = map[string]json.RawMessage{}
		}
		d.Steps[string(hook)] = a.Output
	}
	return a
}

func (d *decider) applyOnRequest(a hookapi.Response) {
	decided := a.Transition != ""
	if d.Flow.Shadow {
		a = d.keepVerdict(a)
	}
	rt := a.Routing(run.OnRequest)
	if a.FailedWhole && d.step.Failure != nil && d.step.Failure.Raised {
		// The function raised what other languages answer as the error of
		// on_request alone: the reducers have not spoken, and are asked.
		rt.AdminsOnly, rt.Asked = false, false
		d.routeToPeople(rt)
		return
	}
	if a.Transition == "" {
		// The reducers are not run when on_request decides.
		rt.Asked = !decided || a.Permissions != nil || rt.AdminsOnly
		d.routeToPeople(rt)
		return
	}
	// The reducers are not run when on_request decides.
	rt.Asked = a.Permissions != nil || rt.AdminsOnly
	d.startTransition(run.Case{
		Event: a.Transition, Actor: run.ByHook(run.OnRequest), Channel: run.ViaHook, Reason: a.Reason, Checks: a.Checks,
		DurationSeconds: a.DurationSeconds, At: d.now, Origin: run.OnRequest, Routing: rt,
	})
}

// applyPermissions is for a run that on_request had decided, until a guard
// ignored that: only then are the reducers asked by themselves.
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
		d.proceed()
		return
	}
	if act, there := d.findCancel(); there {
		d.applyTransition(caseOf(act))
		return
	}
	if a.Transition == "" {
		d.Review.Checks = append(d.Review.Checks, a.Checks...)
		d.proceed()
		return
	}
	d.startTransition(run.Case{
		Event: a.Transition, Actor: run.ByHook(run.AfterRequest), Channel: run.ViaHook, Reason: a.Reason, Checks: a.Checks,
		DurationSeconds: a.DurationSeconds, At: d.now, Origin: run.AfterRequest,
	})
}

// addHookReason adds what a hook said that lets the event happen: its evidence and its
// reason, which is a second voice beside the reason of whoever caused the event.
func addHookReason(c *run.Case, h run.HookName, a hookapi.Response) {
	if a.Reason != "" {
		c.HookReason, c.HookReasonBy = a.Reason, h
	}
	c.Checks = append(c.Checks, a.Checks...)
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
		d.dropEvent(c, run.OnApprove, cmp.Or(a.Message, "on_approve of "+d.Flow.Name+" does not let this approval count."), "", a.Checks)
	case run.Deny:
		d.startTransition(run.Case{
			Event: run.Deny, Actor: run.ByHook(run.OnApprove), Channel: run.ViaHook, Reason: a.Reason, Checks: a.Checks,
			At: d.now, Act: c.Act, Origin: cmp.Or(c.Origin, run.OnApprove), Routing: c.Routing,
		})
	default:
		addHookReason(&c, run.OnApprove, a)
		if a.DurationSeconds > 0 && (c.DurationSeconds == 0 || a.DurationSeconds < c.DurationSeconds) {
			c.DurationSeconds = a.DurationSeconds
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
		d.dropEvent(c, run.OnDeny, cmp.Or(a.Message, "on_deny of "+d.Flow.Name+" does not let this denial count."), "", a.Checks)
		return
	}
	addHookReason(&c, run.OnDeny, a)
	d.applyTransition(c)
}

func (d *decider) applyOnExpire(a hookapi.Response) {
	c := *d.Engine.Case
	c.Error = a.Failure(run.OnExpire)
	switch a.Transition {
	case run.Approve, run.Deny:
		d.startTransition(run.Case{
			Event: a.Transition, Actor: run.ByHook(run.OnExpire), Channel: run.ViaHook, Reason: a.Reason, Checks: a.Checks,
			DurationSeconds: a.DurationSeconds, At: d.now, Origin: run.OnExpire,
		})
	default:
		addHookReason(&c, run.OnExpire, a)
		d.applyTransition(c)
	}
}

// routeToPeople sends a run to people, and tells the first of the notify list. If the
// reducers have not been asked yet, they are first.
func (d *decider) routeToPeople(rt *run.Routing) {
	if rt == nil {
		rt = &run.Routing{Asked: true}
	}
	if !rt.Asked && (d.subscribed(run.GetPermissions) || d.subscribed(run.GetNotifications)) {
		d.Engine.Case = &run.Case{Event: run.Request, Actor: d.Requester.Actor(), Channel: d.Channel, Person: &d.Requester, Reason: d.Reason, At: d.CreatedAt, Origin: run.OnRequest, Routing: rt}
		d.callHook(run.GetPermissions)
		return
	}
	rule := rt.Apply(d.Flow.Review)
	d.Review = &run.Review{
		ReviewRule: rule, Named: rt.Named(), ExpiresAt: d.CreatedAt.Add(run.Seconds(rule.TimeoutSeconds)),
		Errors: rt.Errors, Checks: rt.Checks,
	}
	waiting := "Waiting for " + run.Describe(rule) + " to decide."
	if why := d.Short(d.step.Today); why != "" {
		d.Review.ToAdmins()
		waiting = run.AdminsDecide + why + "."
	} else if d.Review.Named.Approvers && rt.Notifications == nil {
		d.Review.Notify = d.NotifyDeciders(rule.Notify, d.step.Today)
	}
	after := d.transition(run.Forward).After
	d.notifyNext(waiting, rt)
	if d.subscribed(after) {
		d.callHook(after)
		return
	}
	d.proceed()
}

// notifyNext records that the next of the notify list is told. The entry of the
// routing itself also carries what the hooks found out, or did wrong.
func (d *decider) notifyNext(reason string, rt *run.Routing) {
	e := run.Entry{Event: run.Forward, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, Reason: reason}
	listed := d.Review.Told < len(d.Review.Notify)
	var missed []string
	e.To, missed = d.nextRecipients()
	if listed && slices.Equal(d.Review.Approvers, run.AdminsAlone) && !slices.Equal(d.Flow.Review.Approvers, run.AdminsAlone) {
		e.To, missed = run.AdminsAlone, nil // also where an older release kept the flow's list
	}
	d.Review.ToldAt = d.now
	var errs []string
	if rt != nil {
		e.Checks = rt.Checks
		for _, failed := range rt.Errors {
			errs = append(errs, string(failed.Hook)+": "+failed.Error)
		}
	}
	if len(missed) > 0 {
		errs = append(errs, run.ClipError(run.NotNotified+strings.Join(missed, ", ")))
	}
	e.Error = strings.Join(errs, "; ")
	d.record(run.Pending, e)
}

// keepUnknownMembers keeps the names of what is ignored in a response, for the next
// entry of the history.
func (d *decider) keepUnknownMembers(a hookapi.Response) {
	for _, name := range a.Unknown {
		if !slices.Contains(d.Engine.IgnoredMembers, name) && len(d.Engine.IgnoredMembers) < hookapi.MaxUnknown {
			d.Engine.IgnoredMembers = append(d.Engine.IgnoredMembers, name)
		}
	}
}

// skipHooks is what follows from the first state of a flow without hooks:
// nothing that its function responded, not even that it failed, changes what the
// flow says.
func (d *decider) skipHooks() hookapi.Response {
	d.Engine.SubscriptionsKnown, d.Engine.Subscriptions, d.Engine.SubscriptionsVersion = true, nil, ""
	return hookapi.Response{}
}
