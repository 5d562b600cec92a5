package engine

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// decider is one [Decide] in progress: the run as it becomes.
type decider struct {
	*run.Run
	step    Step
	now     time.Time
	changed bool
	err     error
	// resumes has the run go on next; see [decider.resume].
	resumes bool
	// hooksVersion is the version of the hook function whose response was read, ""
	// before that; namedHooks reports whether it named its hooks.
	hooksVersion string
	namedHooks   bool
}

// record appends an entry that leads to a status. The record refuses a transition
// that its table doesn't have.
func (d *decider) record(to run.Status, e run.Entry) {
	if d.err != nil {
		return
	}
	e.HooksVersion = d.hooksVersion
	e.IgnoredMembers, d.Engine.IgnoredMembers = d.Engine.IgnoredMembers, nil
	e.Stored, d.Engine.Stored = d.Engine.Stored, nil
	if e.Act != "" && e.Actor.Type != run.UserActor {
		if act, there := d.findAct(e.Act); there {
			by := act.Person.Actor()
			e.ActBy, e.ActEvent, e.ActReason = &by, act.Event, act.Reason
		}
	}
	if d.Shadow != nil && d.SealedShadow() == "" {
		if e.ShadowSHA256, d.err = run.DigestVerdict(*d.Shadow, d.Salt); d.err != nil {
			return
		}
	}
	if kept := d.Flow.RetentionSeconds; kept > 0 && d.isLast(to, e) {
		e.ExpiresAt = d.now.Add(run.Seconds(kept))
	}
	d.err = d.Run.Append(d.now, to, e)
	d.changed = true
}

// isLast reports whether an entry is the last that a run needs: it leads to a final
// status, or is the review of an emergency.
func (d *decider) isLast(to run.Status, e run.Entry) bool {
	if d.BrokeGlass() || d.BreakGlass != nil && e.BreakGlass {
		return e.Event == run.Reviews
	}
	return to.Final(d.Flow.HasAccess()) && !d.Status.Final(d.Flow.HasAccess())
}

// markHandled notes that an act was handled.
func (d *decider) markHandled(act string) {
	if act != "" {
		d.Engine.Handled = append(d.Engine.Handled, act)
		d.changed = true
	}
}

// callHook calls a hook next.
func (d *decider) callHook(h run.HookName) {
	d.Engine.Next, d.Engine.Hook = run.NextHook, h
	d.changed = true
}

// subscribed reports whether a hook is to be called. A hook counts as present until
// the function has named its hooks. A guard counts as absent only by the version that
// would be called now.
func (d *decider) subscribed(h run.HookName) bool {
	return h != "" && !d.Flow.NoHooks && (d.HasHook(h) || h.Guard() && !d.knowsCurrentHooks())
}

// knowsCurrentHooks reports whether the subscriptions are of the version that would
// be called now: the one that has just named its hooks, has just responded, or is the
// only one served.
func (d *decider) knowsCurrentHooks() bool {
	version := d.Engine.SubscriptionsVersion
	if d.namedHooks || version == "" || version == unversioned {
		return d.namedHooks
	}
	return d.hooksVersion == version || d.step.HooksVersion == version
}

// unversioned is the version of a function whose code may change without a new
// version.
const unversioned = "$LATEST"

// expiry returns the case of the engine's own expire.
func (d *decider) expiry(reason string) run.Case {
	if reason == "" {
		reason = "Nobody decided in time."
	}
	return run.Case{Event: run.Expire, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, Reason: reason, At: d.now}
}

// resume has [decider.proceed] go on with the run: with the next act, the time that
// has passed, or a wait.
func (d *decider) resume() { d.resumes = true }

// findAct returns the act with an id.
func (d *decider) findAct(id string) (run.Act, bool) {
	for _, a := range d.step.Acts {
		if a.ID == id {
			return a, true
		}
	}
	return run.Act{}, false
}
