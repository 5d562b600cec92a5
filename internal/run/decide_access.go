package run

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// escalate goes on with an approved run of a flow that gives access: unless
// somebody revoked it already, on_escalate is asked, and access given.
func (d *decider) escalate() {
	if d.revoked() {
		return
	}
	if d.Engine.Escalation == nil {
		d.Engine.Escalation = &Case{Event: Escalate, Actor: Actor{Type: EngineActor}, Channel: ViaEngine, At: d.now}
		if d.subscribed(OnEscalate) {
			d.Engine.Case = d.Engine.Escalation
			d.ask(OnEscalate)
			return
		}
	}
	// Given by functions/grant.
	if d.Access == nil {
		d.Access = &Access{}
	}
	d.Engine.Case, d.Engine.Hook = nil, ""
	d.Engine.Next = NextGrant
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
			d.ignore(Actor{Type: EngineActor}, ViaEngine, act.ID, err.Error(), "", nil)
			continue
		}
		d.raise(actCase(act))
		return true
	}
}

func (d *decider) heardOnEscalate(a answer) {
	switch failure := a.failed(OnEscalate); {
	case failure != "":
		d.finish(Case{
			Event: Fail, Actor: Actor{Type: EngineActor}, Channel: ViaEngine, Error: failure, Checks: a.checks,
			Reason: "No access was given: " + failure,
		})
	case a.transition == Deescalate:
		d.finish(Case{
			Event: Deescalate, Actor: hookActor(OnEscalate), Channel: ViaHook, Checks: a.checks,
			Reason: cmp.Or(a.reason, "on_escalate of "+d.Flow.Name+" gives no access."),
		})
	default:
		d.Engine.Escalation.hear(OnEscalate, a)
		d.escalate()
	}
}

// granted follows an attempt to give access, which the lease tells the end of.
func (d *decider) granted() {
	if d.step.Hold.State == Held {
		d.escalated()
		if d.Engine.Next == NextActive {
			d.goOnActive()
		}
		return
	}
	if d.giveAgain() {
		return
	}
	why := d.step.Hold.Error
	if why == "" && d.step.Caught != nil {
		why = d.step.Caught.explainGrant()
	}
	if why == "" {
		why = "it is not known what became of giving it"
	}
	d.takeBack(Case{
		Event: Fail, Actor: Actor{Type: EngineActor}, Channel: ViaEngine, At: d.now,
		Reason: clip("Access could not be given: " + why), Error: clip(why),
	})
}

// escalated records that the access is there.
func (d *decider) escalated() {
	h := d.step.Hold
	c := *d.Engine.Escalation
	d.Engine.Escalation = nil
	d.changed = true
	d.Access = &Access{StartsAt: clean(h.At), EndsAt: clean(h.At.Add(seconds(d.DurationSeconds))), Given: h.How}
	d.log(Active, Entry{
		Event: Escalate, Actor: c.Actor, Channel: c.Channel, Checks: c.Checks, Error: c.Error, DurationSeconds: d.DurationSeconds,
		Reason: cmp.Or(c.Reason, fmt.Sprintf("Access was given for %s.", spell(d.DurationSeconds))), HookReason: c.HookReason, HookReasonBy: string(c.HookReasonBy),
	})
	if d.subscribed(AfterEscalate) {
		d.ask(AfterEscalate)
		return
	}
	d.Engine.Next, d.Engine.Hook = NextActive, ""
}

func (d *decider) heardAfterEscalate(a answer) {
	if failure := a.failed(AfterEscalate); failure != "" {
		d.ignore(hookActor(AfterEscalate), ViaHook, "", "", failure, a.checks)
		d.goOnActive()
		return
	}
	switch a.transition {
	case Revoke:
		d.settle(Case{
			Event: Revoke, Actor: hookActor(AfterEscalate), Channel: ViaHook, Checks: a.checks, At: d.now,
			Reason: cmp.Or(a.reason, "Revoked by after_escalate of "+d.Flow.Name),
		})
	case Deescalate:
		d.deescalate(Case{
			Event: Deescalate, Actor: hookActor(AfterEscalate), Channel: ViaHook, Checks: a.checks, At: d.now,
			Reason: cmp.Or(a.reason, "Ended by after_escalate of "+d.Flow.Name),
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
	c := Case{Event: Deescalate, Actor: Actor{Type: EngineActor}, Channel: ViaEngine, At: d.now, Reason: d.endReason()}
	switch {
	case d.full():
		c.Reason = "The record of this request is full."
		d.takeBack(c)
	case !d.now.Before(d.takeBackAt()):
		d.deescalate(c)
	case d.Engine.Next != NextActive:
		d.Engine.Next, d.Engine.Hook = NextActive, ""
		d.changed = true
	}
}

func (d *decider) endReason() string {
	return fmt.Sprintf("The %s of access are over.", spell(d.DurationSeconds))
}

// spell writes a number of seconds as flows.yaml does: 30m, 1h30m.
func spell(n int) string {
	s := seconds(n).String()
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
func (d *decider) deescalate(c Case) {
	if d.subscribed(OnDeescalate) {
		d.Engine.Case = &c
		d.ask(OnDeescalate)
		return
	}
	d.takeBack(c)
}

func (d *decider) heardOnDeescalate(a answer) {
	c := *d.Engine.Case
	c.Error = a.failed(OnDeescalate)
	c.hear(OnDeescalate, a)
	d.takeBack(c)
}

func (d *decider) heardOnRevoke(a answer) {
	c := *d.Engine.Case
	if c.Override != nil {
		d.overridden(c, OnRevoke, a)
		return
	}
	if failure := a.failed(OnRevoke); failure != "" {
		c.Error = failure
	} else if a.transition == Ignore {
		d.ignored(c, OnRevoke, cmp.Or(a.message, "on_revoke of "+d.Flow.Name+" does not let this revoke count."), "", a.checks)
		return
	}
	c.hear(OnRevoke, a)
	d.settle(c)
}

// takeBack has functions/grant take the access back. c is how the run ends once
// that is done, and what is on record until then.
func (d *decider) takeBack(c Case) {
	if d.Access == nil {
		d.Access = &Access{}
	}
	d.works()
	d.Engine.Case, d.Engine.Escalation = &c, nil
	d.Engine.Next, d.Engine.Hook = NextTakeBack, ""
	d.changed = true
}

// tookBack follows an attempt to take back that did not do it: there is always
// another.
func (d *decider) tookBack() {
	why := d.step.Hold.Error
	if d.step.Caught != nil {
		why = d.step.Caught.explainGrant()
	}
	if why == "" {
		why = "it is not known what became of taking it back"
	}
	var pause time.Duration
	if n := d.Access.Tries; n < len(soon) || d.step.Caught.later() && n < maxLaters {
		pause = soon[min(n, len(soon)-1)]
		d.Access.Tries++
	} else {
		pause = min(firstPause<<min(d.Access.Failures, 10), lastPause)
		d.Access.Failures++
	}
	d.fails(why, pause)
	d.Engine.Next = NextPause
}

// gone ends the run whose access is known to be gone.
func (d *decider) gone() {
	ending := Case{Event: Deescalate, Actor: Actor{Type: EngineActor}, Channel: ViaEngine, Reason: d.endReason()}
	if d.Status == Approved {
		ending = Case{Event: Fail, Actor: Actor{Type: EngineActor}, Channel: ViaEngine, Reason: "Access was not given in time."}
	}
	if e := d.Engine; e.Case != nil && (e.Next == NextTakeBack || e.Next == NextPause) {
		ending = *e.Case
	}
	if d.Access == nil {
		d.Access = &Access{}
	}
	h := d.step.Hold
	d.Access.GoneAt, d.Access.Gone = clean(h.At), h.How
	if !h.SessionsUntil.IsZero() {
		d.Access.SessionsUntil, d.Access.SessionsOf = clean(h.SessionsUntil), h.SessionsOf
	}
	d.Access.Failures = 0
	d.works()
	d.finish(ending)
}

// finish records how access ended, or that there was none, and ends the run
// after its hook.
func (d *decider) finish(c Case) {
	d.Engine.Case, d.Engine.Escalation = nil, nil
	d.handled(c.Act)
	var gone Access
	if d.Access != nil {
		gone = *d.Access
	}
	if gone.Gone == ReadBack {
		gone.Gone = ""
	}
	d.log(finalOf[c.Event], Entry{
		Gone: gone.Gone, SessionsUntil: gone.SessionsUntil, SessionsOf: gone.SessionsOf,
		Event: c.Event, Actor: c.Actor, Channel: c.Channel, Reason: c.Reason, HookReason: c.HookReason, HookReasonBy: string(c.HookReasonBy), Checks: c.Checks, Error: c.Error, Act: c.Act, Override: overrideOf(c),
	})
	if after := afterEnd[c.Event]; d.subscribed(after) {
		d.ask(after)
		return
	}
	d.end()
}

var (
	finalOf  = map[EventName]Status{Deescalate: Ended, Revoke: Revoked, Fail: Failed}
	afterEnd = map[EventName]HookName{Deescalate: AfterDeescalate, Revoke: AfterRevoke, Fail: AfterFail}
)

// explainGrant says, for people, what a caught error of functions/grant means.
func (c Caught) explainGrant() string {
	if c.Error == "States.Timeout" {
		return "it was not done in time"
	}
	if text := c.message(); text != "" {
		return text
	}
	if c.notRun() {
		return fmt.Sprintf("AWS Lambda had no capacity for functions/grant: %s: %s", c.Error, clip(c.Cause))
	}
	if c.Cause == "" {
		return c.Error
	}
	return c.Error + ": " + clip(c.Cause)
}
