package engine

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

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

func (d *decider) applyOnEscalate(a hookapi.Response) {
	switch failure := a.Failure(run.OnEscalate); {
	case failure != "":
		d.finishAccess(run.Case{
			Event: run.Fail, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, Error: failure, Checks: a.Checks,
			Reason: "No access was given: " + failure,
		})
	case a.Transition == run.Deescalate:
		d.finishAccess(run.Case{
			Event: run.Deescalate, Actor: run.ByHook(run.OnEscalate), Channel: run.ViaHook, Checks: a.Checks,
			Reason: cmp.Or(a.Reason, "on_escalate of "+d.Flow.Name+" gives no access."),
		})
	default:
		addHookReason(d.Engine.Escalation, run.OnEscalate, a)
		d.proceedToGrant()
	}
}

// recordGrant follows an attempt to give access, which the lease tells the end of.
func (d *decider) recordGrant() {
	if d.step.Hold.State == run.Held {
		d.recordActive()
		if d.Engine.Next == run.NextActive {
			d.proceedActive()
		}
		return
	}
	if d.retryGrant() {
		return
	}
	why := d.step.Hold.Error
	if why == "" && d.step.Failure != nil {
		why = d.step.Failure.Text
	}
	if why == "" {
		why = "it is not known what became of giving it"
	}
	d.removeAccess(run.Case{
		Event: run.Fail, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, At: d.now,
		Reason: run.ClipError("Access could not be given: " + why), Error: run.ClipError(why),
	})
}

// recordActive records that the access is there.
func (d *decider) recordActive() {
	h := d.step.Hold
	c := *d.Engine.Escalation
	d.Engine.Escalation = nil
	d.changed = true
	d.Access = &run.Access{StartsAt: run.Stamp(h.At), EndsAt: run.Stamp(h.At.Add(run.Seconds(d.DurationSeconds))), Given: h.How}
	row, entry := d.transition(run.Escalate), entryOf(c)
	entry.DurationSeconds = d.DurationSeconds
	entry.Reason = cmp.Or(c.Reason, fmt.Sprintf("Access was given for %s.", spell(d.DurationSeconds)))
	d.record(row.To, entry)
	if d.subscribed(row.After) {
		d.callHook(row.After)
		return
	}
	d.Engine.Next, d.Engine.Hook = run.NextActive, ""
}

func (d *decider) applyAfterEscalate(a hookapi.Response) {
	if failure := a.Failure(run.AfterEscalate); failure != "" {
		d.recordIgnored(run.ByHook(run.AfterEscalate), run.ViaHook, "", "", failure, a.Checks)
		d.proceedActive()
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
		d.proceedActive()
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

func (d *decider) endOfTime() string {
	return fmt.Sprintf("The %s of access are over.", spell(d.DurationSeconds))
}

// spell writes a number of seconds as flows.yaml does: 30m, 1h30m.
func spell(n int) string {
	s := run.Seconds(n).String()
	if short, ok := strings.CutSuffix(s, "m0s"); ok {
		s = short + "m"
	}
	if short, ok := strings.CutSuffix(s, "h0m"); ok {
		s = short + "h"
	}
	return s
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
		d.dropEvent(c, run.OnRevoke, cmp.Or(a.Message, "on_revoke of "+d.Flow.Name+" does not let this revoke count."), "", a.Checks)
		return
	}
	addHookReason(&c, run.OnRevoke, a)
	d.applyTransition(c)
}

// removeAccess has functions/grant take the access back. c is how the run ends once
// that is done, and what is on record until then.
func (d *decider) removeAccess(c run.Case) {
	if d.Access == nil {
		d.Access = &run.Access{}
	}
	d.clearFailedAttempt()
	d.Engine.Case, d.Engine.Escalation = &c, nil
	d.Engine.Next, d.Engine.Hook = run.NextTakeBack, ""
	d.changed = true
}

// retryRemoval follows an attempt to take back that did not do it: there is always
// another.
func (d *decider) retryRemoval() {
	why := d.step.Hold.Error
	if d.step.Failure != nil {
		why = d.step.Failure.Text
	}
	if why == "" {
		why = "it is not known what became of taking it back"
	}
	var pause time.Duration
	if n := d.Access.Tries; n < len(retryPauses) || d.step.Failure.busy() && n < maxBusyTries {
		pause = retryPauses[min(n, len(retryPauses)-1)]
		d.Access.Tries++
	} else {
		pause = min(firstRemovalPause<<min(d.Access.Failures, 10), lastRemovalPause)
		d.Access.Failures++
	}
	d.recordFailedAttempt(why, pause)
	d.Engine.Next = run.NextPause
}

// recordRemoval ends the run whose access is known to be gone.
func (d *decider) recordRemoval() {
	ending := run.Case{Event: run.Deescalate, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, Reason: d.endOfTime()}
	if d.Status == run.Approved {
		ending = run.Case{Event: run.Fail, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, Reason: "Access was not given in time."}
	}
	if e := d.Engine; e.Case != nil && (e.Next == run.NextTakeBack || e.Next == run.NextPause) {
		ending = *e.Case
	}
	if d.Access == nil {
		d.Access = &run.Access{}
	}
	h := d.step.Hold
	d.Access.GoneAt, d.Access.Gone = run.Stamp(h.At), h.How
	if !h.SessionsUntil.IsZero() {
		d.Access.SessionsUntil, d.Access.SessionsOf = run.Stamp(h.SessionsUntil), h.SessionsOf
	}
	d.Access.Failures = 0
	d.clearFailedAttempt()
	d.finishAccess(ending)
}

// finishAccess records how access ended, or that there was none, and ends the run
// after its hook.
func (d *decider) finishAccess(c run.Case) {
	d.Engine.Case, d.Engine.Escalation = nil, nil
	d.markHandled(c.Act)
	var gone run.Access
	if d.Access != nil {
		gone = *d.Access
	}
	if gone.Gone == run.ReadBack {
		gone.Gone = ""
	}
	row, entry := d.transition(c.Event), entryOf(c)
	entry.Gone, entry.SessionsUntil, entry.SessionsOf = gone.Gone, gone.SessionsUntil, gone.SessionsOf
	d.record(row.To, entry)
	d.callAfter(row)
}
