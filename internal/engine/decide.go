package engine

import (
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Decide is the engine: from a run and what a step brings it makes the next
// run. It is pure, and changes neither r nor s. changed tells whether there is
// anything to write; a step that was seen before, or that brings nothing,
// changes nothing, and the run's [Run.Document] answers it all the same.
//
// The error is [ErrNotTheRuns] for a step of another execution; any other is a
// defect.
func Decide(r *run.Run, s Step, now time.Time) (next *run.Run, changed bool, err error) {
	if s.Execution != r.Engine.Execution {
		return nil, false, fmt.Errorf("run %s, execution %d: %w", r.ID, s.Execution, ErrNotTheRuns)
	}
	if s.ID == r.Engine.Step || r.Over() {
		return r, false, nil
	}
	gone := s.Hold.State == run.Dropped && r.Flow.HasAccess() && (r.Status == run.Approved || r.Status == run.Active)
	if r.Engine.Next.Answered() && s.Turn != r.Engine.Turn && !gone {
		// An answer to a question of an earlier turn: ask the present one.
		return r, false, nil
	}
	next, err = r.Clone()
	if err != nil {
		return nil, false, err
	}
	d := &decider{Run: next, step: s, now: run.Stamp(now)}
	switch next := r.Engine.Next; {
	case gone:
		d.recordRemoval()
	case next == run.NextHook:
		d.applyHookOutcome()
	case next == run.NextGrant:
		d.recordGrant()
	case next == run.NextTakeBack || next == run.NextPause:
		d.retryRemoval()
	default:
		d.proceed()
	}
	if d.err != nil {
		return nil, false, fmt.Errorf("run %s: %w", r.ID, d.err)
	}
	if !d.changed {
		return r, false, nil
	}
	next.Engine.Turn++
	next.Engine.Step = s.ID
	next.UpdatedAt = d.now
	if !next.Engine.Next.Waits() {
		next.Engine.Token = ""
	}
	forgetNonces(next)
	return next, true, next.Seal()
}

// decider is one Decide under way.
type decider struct {
	*run.Run
	step    Step
	now     time.Time
	changed bool
	err     error
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

// dropEvent drops an event because a hook said so, or failed, and goes on where
// the event came from.
func (d *decider) dropEvent(c run.Case, by run.HookName, message, failure string, checks []run.Check) {
	d.Engine.Case = nil
	kept := d.recordIgnored(run.ByHook(by), run.ViaHook, c.Act, message, failure, checks)
	if failure != "" && kept {
		failed := run.HookError{Hook: string(by), Error: failure}
		if d.Review != nil {
			d.Review.Errors = append(d.Review.Errors, failed)
		} else if c.Routing != nil {
			c.Routing.Errors = append(c.Routing.Errors, failed)
		}
	}
	switch {
	case d.Status == run.Requested:
		d.routeToPeople(c.Routing)
	case c.Origin == run.OnExpire:
		d.applyTransition(d.expiry(""))
	default:
		d.proceed()
	}
}

// recordIgnored records that something does not count. Past the first few it only
// counts, so that a run's record can't be filled up; kept reports whether there
// is an entry.
func (d *decider) recordIgnored(by run.Actor, via run.Channel, act, message, failure string, checks []run.Check) (kept bool) {
	d.markHandled(act)
	d.Engine.Ignored++
	d.changed = true
	if a, there := d.findAct(act); there && !d.hasRoomForIgnored(a) {
		return false
	}
	d.record(d.Status, run.Entry{
		Event: run.Ignore, Actor: by, Channel: via, Reason: message, Error: failure, Act: act, Checks: checks,
	})
	return true
}

// expiry is the case of the engine's own expire.
func (d *decider) expiry(reason string) run.Case {
	if reason == "" {
		reason = "Nobody decided in time."
	}
	return run.Case{Event: run.Expire, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, Reason: reason, At: d.now}
}
