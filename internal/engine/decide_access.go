package engine

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// escalate goes on with an approved run of a flow that gives access: unless
// somebody revoked it already, on_escalate is asked, and access given.
func (d *decider) escalate() {
	if d.revoked() {
		return
	}
	if d.Engine.Escalation == nil {
		d.Engine.Escalation = &run.Case{Event: run.Escalate, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, At: d.now}
		if d.subscribed(run.OnEscalate) {
			d.Engine.Case = d.Engine.Escalation
			d.ask(run.OnEscalate)
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

// revoked deals with the first revoke that counts, if there is one.
func (d *decider) revoked() bool {
	for {
		act, there := d.nextAct()
		if !there {
			return false
		}
		if err := d.may(act); err != nil {
			d.ignore(run.Actor{Type: run.EngineActor}, run.ViaEngine, act.ID, err.Error(), "", nil)
			continue
		}
		d.raise(actCase(act))
		return true
	}
}

func (d *decider) heardOnEscalate(a hookapi.Response) {
	switch failure := a.Failure(run.OnEscalate); {
	case failure != "":
		d.finish(run.Case{
			Event: run.Fail, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, Error: failure, Checks: a.Checks,
			Reason: "No access was given: " + failure,
		})
	case a.Transition == run.Deescalate:
		d.finish(run.Case{
			Event: run.Deescalate, Actor: run.ByHook(run.OnEscalate), Channel: run.ViaHook, Checks: a.Checks,
			Reason: cmp.Or(a.Reason, "on_escalate of "+d.Flow.Name+" gives no access."),
		})
	default:
		addHookReason(d.Engine.Escalation, run.OnEscalate, a)
		d.escalate()
	}
}

// granted follows an attempt to give access, which the lease tells the end of.
func (d *decider) granted() {
	if d.step.Hold.State == run.Held {
		d.escalated()
		if d.Engine.Next == run.NextActive {
			d.goOnActive()
		}
		return
	}
	if d.giveAgain() {
		return
	}
	why := d.step.Hold.Error
	if why == "" && d.step.Failure != nil {
		why = d.step.Failure.Text
	}
	if why == "" {
		why = "it is not known what became of giving it"
	}
	d.takeBack(run.Case{
		Event: run.Fail, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, At: d.now,
		Reason: run.ClipError("Access could not be given: " + why), Error: run.ClipError(why),
	})
}

// escalated records that the access is there.
func (d *decider) escalated() {
	h := d.step.Hold
	c := *d.Engine.Escalation
	d.Engine.Escalation = nil
	d.changed = true
	d.Access = &run.Access{StartsAt: run.Stamp(h.At), EndsAt: run.Stamp(h.At.Add(run.Seconds(d.DurationSeconds))), Given: h.How}
	d.log(run.Active, run.Entry{
		Event: run.Escalate, Actor: c.Actor, Channel: c.Channel, Checks: c.Checks, Error: c.Error, DurationSeconds: d.DurationSeconds,
		Reason: cmp.Or(c.Reason, fmt.Sprintf("Access was given for %s.", spell(d.DurationSeconds))), HookReason: c.HookReason, HookReasonBy: string(c.HookReasonBy),
	})
	if d.subscribed(run.AfterEscalate) {
		d.ask(run.AfterEscalate)
		return
	}
	d.Engine.Next, d.Engine.Hook = run.NextActive, ""
}

func (d *decider) heardAfterEscalate(a hookapi.Response) {
	if failure := a.Failure(run.AfterEscalate); failure != "" {
		d.ignore(run.ByHook(run.AfterEscalate), run.ViaHook, "", "", failure, a.Checks)
		d.goOnActive()
		return
	}
	switch a.Transition {
	case run.Revoke:
		d.settle(run.Case{
			Event: run.Revoke, Actor: run.ByHook(run.AfterEscalate), Channel: run.ViaHook, Checks: a.Checks, At: d.now,
			Reason: cmp.Or(a.Reason, "Revoked by after_escalate of "+d.Flow.Name),
		})
	case run.Deescalate:
		d.deescalate(run.Case{
			Event: run.Deescalate, Actor: run.ByHook(run.AfterEscalate), Channel: run.ViaHook, Checks: a.Checks, At: d.now,
			Reason: cmp.Or(a.Reason, "Ended by after_escalate of "+d.Flow.Name),
		})
	default:
		d.goOnActive()
	}
}

// goOnActive goes on with a run whose access is there: a revoke, the end of its
// time, or it waits.
func (d *decider) goOnActive() {
	if d.revoked() {
		return
	}
	c := run.Case{Event: run.Deescalate, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, At: d.now, Reason: d.endReason()}
	switch {
	case d.full():
		c.Reason = "The record of this request is full."
		d.takeBack(c)
	case !d.now.Before(d.TakeBackAt()):
		d.deescalate(c)
	case d.Engine.Next != run.NextActive:
		d.Engine.Next, d.Engine.Hook = run.NextActive, ""
		d.changed = true
	}
}

func (d *decider) endReason() string {
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

// deescalate ends access at the end of its time, or because a hook says so:
// on_deescalate is asked if it is there.
func (d *decider) deescalate(c run.Case) {
	if d.subscribed(run.OnDeescalate) {
		d.Engine.Case = &c
		d.ask(run.OnDeescalate)
		return
	}
	d.takeBack(c)
}

func (d *decider) heardOnDeescalate(a hookapi.Response) {
	c := *d.Engine.Case
	c.Error = a.Failure(run.OnDeescalate)
	addHookReason(&c, run.OnDeescalate, a)
	d.takeBack(c)
}

func (d *decider) heardOnRevoke(a hookapi.Response) {
	c := *d.Engine.Case
	if c.Override != nil {
		d.overridden(c, run.OnRevoke, a)
		return
	}
	if failure := a.Failure(run.OnRevoke); failure != "" {
		c.Error = failure
	} else if a.Transition == run.Ignore {
		d.ignored(c, run.OnRevoke, cmp.Or(a.Message, "on_revoke of "+d.Flow.Name+" does not let this revoke count."), "", a.Checks)
		return
	}
	addHookReason(&c, run.OnRevoke, a)
	d.settle(c)
}

// takeBack has functions/grant take the access back. c is how the run ends once
// that is done, and what is on record until then.
func (d *decider) takeBack(c run.Case) {
	if d.Access == nil {
		d.Access = &run.Access{}
	}
	d.works()
	d.Engine.Case, d.Engine.Escalation = &c, nil
	d.Engine.Next, d.Engine.Hook = run.NextTakeBack, ""
	d.changed = true
}

// tookBack follows an attempt to take back that did not do it: there is always
// another.
func (d *decider) tookBack() {
	why := d.step.Hold.Error
	if d.step.Failure != nil {
		why = d.step.Failure.Text
	}
	if why == "" {
		why = "it is not known what became of taking it back"
	}
	var pause time.Duration
	if n := d.Access.Tries; n < len(soon) || d.step.Failure.busy() && n < maxLaters {
		pause = soon[min(n, len(soon)-1)]
		d.Access.Tries++
	} else {
		pause = min(firstPause<<min(d.Access.Failures, 10), lastPause)
		d.Access.Failures++
	}
	d.fails(why, pause)
	d.Engine.Next = run.NextPause
}

// gone ends the run whose access is known to be gone.
func (d *decider) gone() {
	ending := run.Case{Event: run.Deescalate, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, Reason: d.endReason()}
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
	d.works()
	d.finish(ending)
}

// finish records how access ended, or that there was none, and ends the run
// after its hook.
func (d *decider) finish(c run.Case) {
	d.Engine.Case, d.Engine.Escalation = nil, nil
	d.handled(c.Act)
	var gone run.Access
	if d.Access != nil {
		gone = *d.Access
	}
	if gone.Gone == run.ReadBack {
		gone.Gone = ""
	}
	d.log(finalOf[c.Event], run.Entry{
		Gone: gone.Gone, SessionsUntil: gone.SessionsUntil, SessionsOf: gone.SessionsOf,
		Event: c.Event, Actor: c.Actor, Channel: c.Channel, Reason: c.Reason, HookReason: c.HookReason, HookReasonBy: string(c.HookReasonBy), Checks: c.Checks, Error: c.Error, Act: c.Act, Override: run.OverrideOf(c),
	})
	if after := afterEnd[c.Event]; d.subscribed(after) {
		d.ask(after)
		return
	}
	d.end()
}

var (
	finalOf  = map[run.EventName]run.Status{run.Deescalate: run.Ended, run.Revoke: run.Revoked, run.Fail: run.Failed}
	afterEnd = map[run.EventName]run.HookName{run.Deescalate: run.AfterDeescalate, run.Revoke: run.AfterRevoke, run.Fail: run.AfterFail}
)
