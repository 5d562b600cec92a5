package engine

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// HookReserve is how long before the end of access while_active is not called any more:
// the state machine may retry it for so long, beside [HookAttempts] times its own time
// limit. A test reads both in lifecycle.asl.json.
const (
	HookReserve  = 430 * time.Second
	HookAttempts = 5
)

// look looks again at active access: whether its holder may still have it, and what the
// flow's hook says. Neither makes access outlast its end.
func (d *decider) look() {
	l := d.countLook()
	why, err := d.NoLongerHolder(d.step.Today)
	switch {
	case why != "":
		l.Failing = false
		d.applyTransition(run.Case{
			Event: run.Revoke, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, At: d.now, Reason: run.LookReason(why),
		})
	case d.looksByHook():
		d.callHook(run.WhileActive)
	case err != nil:
		d.failLook(run.Actor{Type: run.EngineActor}, run.ViaEngine, "It is unknown whether access may go on: "+err.Error()+".", nil)
		d.waitActive()
	default:
		l.Failing = false
		d.waitActive()
	}
}

// countLook notes that access is looked at now.
func (d *decider) countLook() *run.Looks {
	if d.Engine.Looks == nil {
		d.Engine.Looks = &run.Looks{FirstAt: d.now}
	}
	l := d.Engine.Looks
	l.Count++
	l.Here++
	l.LastAt = d.now
	d.changed = true
	return l
}

// looksByHook reports whether while_active is called: the function has the hook, or may
// have it in its present version, and there is time for it.
func (d *decider) looksByHook() bool {
	e := d.Engine
	may := d.HasHook(run.WhileActive) || d.step.HooksVersion != "" && e.SubscriptionsVersion != "" && d.step.HooksVersion != e.SubscriptionsVersion
	most := HookReserve + HookAttempts*run.Seconds(d.Flow.HookTimeoutSeconds+HookMargin)
	return may && !d.Flow.NoHooks && d.now.Add(most).Before(d.TakeBackAt())
}

// HookMargin is what the state of a hook has beside the hook's own time, for the way and a
// cold start, in seconds.
const HookMargin = 5

func (d *decider) applyWhileActive(a hookapi.Response) {
	failure := a.Failure(run.WhileActive)
	if failure == "" {
		d.keepNow(&a)
	}
	switch {
	case failure != "":
		d.failLook(run.ByHook(run.WhileActive), run.ViaHook, failure, a.Checks)
	case a.Transition == run.Revoke:
		d.Engine.Looks.Failing = false
		reason := a.Reason
		if reason == "" {
			reason = "Revoked by while_active of " + d.Flow.Name
		}
		d.applyTransition(run.Case{Event: run.Revoke, Actor: run.ByHook(run.WhileActive), Channel: run.ViaHook, Checks: a.Checks, At: d.now, Reason: reason})
		return
	default:
		d.Engine.Looks.Failing = false
	}
	d.resume()
}

// maxNotedLooks is how many failed looks the history keeps; more are counted.
const maxNotedLooks = 10

// failLook notes that a look failed, which changes nothing about access. The history has
// the first failure of several in a row.
func (d *decider) failLook(by run.Actor, via run.Channel, why string, checks []run.Check) {
	l := d.Engine.Looks
	first := !l.Failing
	if l.Failed++; l.Failed == 1 {
		l.FirstFailedAt = d.now
	}
	l.LastFailedAt, l.Error, l.Failing = d.now, run.ClipError(why), true
	d.changed = true
	if first && l.Noted < maxNotedLooks {
		l.Noted++
		d.recordIgnored(by, via, "", "", run.ClipError(why), checks)
	}
}

// waitActive has the state machine wait while access is active.
func (d *decider) waitActive() {
	d.Engine.Next, d.Engine.Hook = run.NextActive, ""
	d.changed = true
}
