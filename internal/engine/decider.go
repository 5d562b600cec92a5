package engine

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// decider is one Decide under way.
type decider struct {
	*run.Run
	step    Step
	now     time.Time
	changed bool
	err     error
	// resumes has the run go on once what is under way is done; see [decider.resume].
	resumes bool
	// hooksVersion is the version of the hook function that was listened to, ""
	// before one was; toldHooks reports whether it said which hooks it has.
	hooksVersion string
	namedHooks   bool
}

// record appends an entry that leads to a status.
func (d *decider) record(to run.Status, e run.Entry) {
	if d.err != nil {
		return
	}
	e.HooksVersion = d.hooksVersion
	e.IgnoredMembers, d.Engine.IgnoredMembers = d.Engine.IgnoredMembers, nil
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
	if kept := d.Flow.RetentionSeconds; kept > 0 && to.Final(d.Flow.HasAccess()) && !d.Status.Final(d.Flow.HasAccess()) {
		e.ExpiresAt = d.now.Add(run.Seconds(kept))
	}
	d.err = d.Run.Append(d.now, to, e)
	d.changed = true
}

// markHandled notes that an act was dealt with.
func (d *decider) markHandled(act string) {
	if act != "" {
		d.Engine.Handled = append(d.Engine.Handled, act)
		d.changed = true
	}
}

// callHook has a hook asked next.
func (d *decider) callHook(h run.HookName) {
	d.Engine.Next, d.Engine.Hook = run.NextHook, h
	d.changed = true
}

// subscribed tells whether a hook is there to be asked: as long as that is not
// known it counts as there. A guard is known to be absent only by the version that
// would be asked now.
func (d *decider) subscribed(h run.HookName) bool {
	return h != "" && !d.Flow.NoHooks && (d.HasHook(h) || h.Guard() && !d.knowsCurrentHooks())
}

// knowsCurrentHooks reports whether the subscriptions are those of the version that
// would be asked now: it has just told them, or it answered just now, or is known to
// be the only one that is served.
func (d *decider) knowsCurrentHooks() bool {
	version := d.Engine.SubscriptionsVersion
	if d.namedHooks || version == "" || version == unversioned {
		return d.namedHooks
	}
	return d.hooksVersion == version || d.step.HooksVersion == version
}

// unversioned is the version of a function whose code may change under it.
const unversioned = "$LATEST"

// expiry is the case of the engine's own expire.
func (d *decider) expiry(reason string) run.Case {
	if reason == "" {
		reason = "Nobody decided in time."
	}
	return run.Case{Event: run.Expire, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, Reason: reason, At: d.now}
}

// resume has the run go on after this: with the next act, with time that has passed,
// or with a wait.
func (d *decider) resume() { d.resumes = true }

// findAct returns the act of an id.
func (d *decider) findAct(id string) (run.Act, bool) {
	for _, a := range d.step.Acts {
		if a.ID == id {
			return a, true
		}
	}
	return run.Act{}, false
}
