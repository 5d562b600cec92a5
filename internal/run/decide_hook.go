package run

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// hear deals with what the hook that was asked answered, or with its failure,
// by the rows of the hook table.
func (d *decider) hear() {
	hook := d.Engine.Hook
	a := d.listen(hook)
	d.changed = true
	if beforePeople := d.Status == Requested; beforePeople {
		if act, there := d.cancelAct(); there {
			d.settle(actCase(act))
			return
		}
	}
	switch hook {
	case OnRequest:
		d.heardOnRequest(a)
	case GetPermissions:
		if d.Status == Pending {
			d.heardAgain(a)
		} else {
			d.heardPermissions(a)
		}
	case AfterRequest:
		d.heardAfterRequest(a)
	case OnApprove:
		d.heardOnApprove(a)
	case OnDeny:
		d.heardOnDeny(a)
	case OnExpire:
		d.heardOnExpire(a)
	case OnEscalate:
		d.heardOnEscalate(a)
	case AfterEscalate:
		d.heardAfterEscalate(a)
	case OnRevoke:
		d.heardOnRevoke(a)
	case OnDeescalate:
		d.heardOnDeescalate(a)
	default: // the after-hooks of a decision, and of the end of access
		if failure := a.failed(hook); failure != "" {
			d.ignore(hookActor(hook), ViaHook, "", "", failure, a.checks)
		}
		d.end()
	}
}

// listen reads what was heard or caught, and keeps what outlasts the hook: its
// output, and which hooks there are.
func (d *decider) listen(hook HookName) answer {
	var a answer
	switch {
	case d.Flow.NoHooks:
		return d.withoutHooks()
	case d.step.Caught != nil:
		a.whole = true
		a.fail(hook, "%s", d.step.Caught.explain(d.Flow.HookTimeoutSeconds))
	case d.step.Heard == nil:
		a.whole = true
		a.fail(hook, "gave no answer")
	default:
		d.hooksVersion = d.step.Heard.Version
		a = readAnswer(hook, d.Flow.Name, d.step.Heard.Answer, d.DurationSeconds)
		d.ignoreUnknown(a)
		if a.subscribes && !a.whole {
			d.toldHooks = true
			d.Engine.SubscriptionsKnown = true
			d.Engine.SubscriptionsVersion = d.step.Heard.Version
			d.Engine.Subscriptions = nil
			for _, h := range a.subscriptions {
				if KnownHook(string(h)) && !slices.Contains(d.Engine.Subscriptions, h) {
					d.Engine.Subscriptions = append(d.Engine.Subscriptions, h)
				}
			}
		}
	}
	if len(a.output) > 0 && string(a.output) != "null" {
		if d.Steps == nil {
			d.Steps = map[string]json.RawMessage{}
		}
		d.Steps[string(hook)] = a.output
	}
	return a
}

func (d *decider) heardOnRequest(a answer) {
	decided := a.transition != ""
	if d.Flow.Shadow {
		a = d.shadow(a)
	}
	rt := a.routing(OnRequest)
	if a.whole && d.step.Caught.exception() {
		// The function raised what other languages answer as the error of
		// on_request alone: the reducers have not spoken, and are asked.
		rt.AdminsOnly, rt.Asked = false, false
		d.route(rt)
		return
	}
	if a.transition == "" {
		// The reducers are not run when on_request decides.
		rt.Asked = !decided || a.permissions != nil || rt.AdminsOnly
		d.route(rt)
		return
	}
	// The reducers are not run when on_request decides.
	rt.Asked = a.permissions != nil || rt.AdminsOnly
	d.raise(Case{
		Event: a.transition, Actor: hookActor(OnRequest), Channel: ViaHook, Reason: a.reason, Checks: a.checks,
		DurationSeconds: a.durationSeconds, At: d.now, Origin: OnRequest, Routing: rt,
	})
}

// heardPermissions is for a run that on_request had decided, until a guard
// ignored that: only then are the reducers asked by themselves.
func (d *decider) heardPermissions(a answer) {
	rt := a.routing(GetPermissions)
	if c := d.Engine.Case; c != nil && c.Routing != nil {
		rt.Errors = append(c.Routing.Errors, rt.Errors...)
		rt.Checks = append(c.Routing.Checks, rt.Checks...)
		if rt.Notifications == nil {
			rt.Notifications = c.Routing.Notifications
		}
	}
	d.Engine.Case = nil
	d.route(rt)
}

func (d *decider) heardAfterRequest(a answer) {
	if failure := a.failed(AfterRequest); failure != "" {
		d.Review.Errors = append(d.Review.Errors, HookError{Hook: string(AfterRequest), Error: failure})
		d.ignore(hookActor(AfterRequest), ViaHook, "", "", failure, a.checks)
		d.goOn()
		return
	}
	if act, there := d.cancelAct(); there {
		d.settle(actCase(act))
		return
	}
	if a.transition == "" {
		d.Review.Checks = append(d.Review.Checks, a.checks...)
		d.goOn()
		return
	}
	d.raise(Case{
		Event: a.transition, Actor: hookActor(AfterRequest), Channel: ViaHook, Reason: a.reason, Checks: a.checks,
		DurationSeconds: a.durationSeconds, At: d.now, Origin: AfterRequest,
	})
}

// hear adds what a hook said that lets the event happen: its evidence and its
// reason, which is a second voice beside the reason of whoever caused the event.
func (c *Case) hear(h HookName, a answer) {
	if a.reason != "" {
		c.HookReason, c.HookReasonBy = a.reason, h
	}
	c.Checks = append(c.Checks, a.checks...)
}

func (d *decider) heardOnApprove(a answer) {
	c := *d.Engine.Case
	if c.Override != nil {
		d.overridden(c, OnApprove, a)
		return
	}
	if failure := a.failed(OnApprove); failure != "" {
		d.ignored(c, OnApprove, failure, failure, a.checks)
		return
	}
	switch a.transition {
	case Ignore:
		d.ignored(c, OnApprove, cmp.Or(a.message, "on_approve of "+d.Flow.Name+" does not let this approval count."), "", a.checks)
	case Deny:
		d.raise(Case{
			Event: Deny, Actor: hookActor(OnApprove), Channel: ViaHook, Reason: a.reason, Checks: a.checks,
			At: d.now, Act: c.Act, Origin: cmp.Or(c.Origin, OnApprove), Routing: c.Routing,
		})
	default:
		c.hear(OnApprove, a)
		if a.durationSeconds > 0 && (c.DurationSeconds == 0 || a.durationSeconds < c.DurationSeconds) {
			c.DurationSeconds = a.durationSeconds
		}
		d.settle(c)
	}
}

func (d *decider) heardOnDeny(a answer) {
	c := *d.Engine.Case
	if c.Override != nil {
		d.overridden(c, OnDeny, a)
		return
	}
	if failure := a.failed(OnDeny); failure != "" {
		c.Error = failure
	} else if a.transition == Ignore {
		d.ignored(c, OnDeny, cmp.Or(a.message, "on_deny of "+d.Flow.Name+" does not let this denial count."), "", a.checks)
		return
	}
	c.hear(OnDeny, a)
	d.settle(c)
}

func (d *decider) heardOnExpire(a answer) {
	c := *d.Engine.Case
	c.Error = a.failed(OnExpire)
	switch a.transition {
	case Approve, Deny:
		d.raise(Case{
			Event: a.transition, Actor: hookActor(OnExpire), Channel: ViaHook, Reason: a.reason, Checks: a.checks,
			DurationSeconds: a.durationSeconds, At: d.now, Origin: OnExpire,
		})
	default:
		c.hear(OnExpire, a)
		d.settle(c)
	}
}

// route sends a run to people, and tells the first of the notify list. If the
// reducers have not been asked yet, they are first.
func (d *decider) route(rt *Routing) {
	if rt == nil {
		rt = &Routing{Asked: true}
	}
	if !rt.Asked && (d.subscribed(GetPermissions) || d.subscribed(GetNotifications)) {
		d.Engine.Case = &Case{Event: Request, Actor: d.Requester.Actor(), Channel: d.Channel, Person: &d.Requester, Reason: d.Reason, At: d.CreatedAt, Origin: OnRequest, Routing: rt}
		d.ask(GetPermissions)
		return
	}
	rule := rt.apply(d.Flow.Review)
	d.Review = &Review{
		ReviewRule: rule, Named: rt.named(), ExpiresAt: d.CreatedAt.Add(seconds(rule.TimeoutSeconds)),
		Errors: rt.Errors, Checks: rt.Checks,
	}
	waiting := "Waiting for " + describe(rule) + " to decide."
	if why := d.Short(d.step.Today); why != "" {
		d.Review.toAdmins()
		waiting = AdminsDecide + why + "."
	} else if d.Review.Named.Approvers && rt.Notifications == nil {
		d.Review.Notify = d.notifyDeciders(rule.Notify, d.step.Today)
	}
	d.tellNext(waiting, rt)
	if d.subscribed(AfterRequest) {
		d.ask(AfterRequest)
		return
	}
	d.goOn()
}

// tellNext records that the next of the notify list is told. The entry of the
// routing itself also carries what the hooks found out, or did wrong.
func (d *decider) tellNext(reason string, rt *Routing) {
	e := Entry{Event: Forward, Actor: Actor{Type: EngineActor}, Channel: ViaEngine, Reason: reason}
	listed := d.Review.Told < len(d.Review.Notify)
	var missed []string
	e.To, missed = d.nextNotified()
	if listed && slices.Equal(d.Review.Approvers, adminsAlone) && !slices.Equal(d.Flow.Review.Approvers, adminsAlone) {
		e.To, missed = adminsAlone, nil // also where an older release kept the flow's list
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
		errs = append(errs, clip(NotNotified+strings.Join(missed, ", ")))
	}
	e.Error = strings.Join(errs, "; ")
	d.log(Pending, e)
}

// ignoreUnknown keeps the names of what is ignored in a response, for the next
// entry of the history.
func (d *decider) ignoreUnknown(a answer) {
	for _, name := range a.unknown {
		if !slices.Contains(d.Engine.IgnoredMembers, name) && len(d.Engine.IgnoredMembers) < maxUnknown {
			d.Engine.IgnoredMembers = append(d.Engine.IgnoredMembers, name)
		}
	}
}

// withoutHooks is what follows from the first state of a flow without hooks:
// nothing that its function responded, not even that it failed, changes what the
// flow says.
func (d *decider) withoutHooks() answer {
	d.Engine.SubscriptionsKnown, d.Engine.Subscriptions, d.Engine.SubscriptionsVersion = true, nil, ""
	return answer{}
}
