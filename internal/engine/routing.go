package engine

import (
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// routeToPeople routes a run to people and notifies the first entry of the notify
// list. Reducers that were not called yet are called first.
func (d *decider) routeToPeople(rt *run.Routing) {
	if rt == nil {
		rt = &run.Routing{Asked: true}
	}
	if !rt.Asked && (d.subscribed(run.GetPermissions) || d.subscribed(run.GetNotifications)) {
		d.Engine.Case = &run.Case{Event: run.Request, Actor: d.Requester.Actor(), Channel: d.Channel, Person: &d.Requester, Reason: d.Reason, At: d.CreatedAt, Origin: run.OnRequest, Routing: rt}
		d.callHook(run.GetPermissions)
		return
	}
	d.Engine.Stale = 0
	rule := rt.Apply(d.Flow.Review)
	d.Review = &run.Review{
		ReviewRule: rule, Named: rt.Named(), ExpiresAt: d.ReviewUntil(rule.TimeoutSeconds),
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
	d.resume()
}

// notifyNext records that the next entry of the notify list is notified. The first
// such entry of a run also has the evidence and the failures of hooks.
func (d *decider) notifyNext(reason string, rt *run.Routing) {
	e := run.Entry{Event: run.Forward, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, Reason: reason}
	listed := d.Review.Notified < len(d.Review.Notify)
	var missed []string
	e.To, missed = d.nextRecipients()
	if listed && slices.Equal(d.Review.Approvers, run.AdminsAlone) && !slices.Equal(d.Flow.Review.Approvers, run.AdminsAlone) {
		e.To, missed = run.AdminsAlone, nil // also where an older release kept the flow's list
	}
	d.Review.NotifiedAt = d.now
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
