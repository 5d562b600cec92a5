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
		d.gone()
	case next == run.NextHook:
		d.hear()
	case next == run.NextGrant:
		d.granted()
	case next == run.NextTakeBack || next == run.NextPause:
		d.tookBack()
	default:
		d.goOn()
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
	toldHooks    bool
}

// log appends an entry that leads to a status.
func (d *decider) log(to run.Status, e run.Entry) {
	if d.err != nil {
		return
	}
	e.HooksVersion = d.hooksVersion
	e.IgnoredMembers, d.Engine.IgnoredMembers = d.Engine.IgnoredMembers, nil
	if e.Act != "" && e.Actor.Type != run.UserActor {
		if act, there := d.act(e.Act); there {
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

// handled notes that an act was dealt with.
func (d *decider) handled(act string) {
	if act != "" {
		d.Engine.Handled = append(d.Engine.Handled, act)
		d.changed = true
	}
}

// ask has a hook asked next.
func (d *decider) ask(h run.HookName) {
	d.Engine.Next, d.Engine.Hook = run.NextHook, h
	d.changed = true
}

// subscribed tells whether a hook is there to be asked: as long as that is not
// known it counts as there. A guard is known to be absent only by the version that
// would be asked now.
func (d *decider) subscribed(h run.HookName) bool {
	return !d.Flow.NoHooks && (d.HasHook(h) || h.Guard() && !d.knowsHooksOfNow())
}

// knowsHooksOfNow reports whether the subscriptions are those of the version that
// would be asked now: it has just told them, or it answered just now, or is known to
// be the only one that is served.
func (d *decider) knowsHooksOfNow() bool {
	version := d.Engine.SubscriptionsVersion
	if d.toldHooks || version == "" || version == unversioned {
		return d.toldHooks
	}
	return d.hooksVersion == version || d.step.HooksVersion == version
}

// unversioned is the version of a function whose code may change under it.
const unversioned = "$LATEST"

// raise brings an event about: it asks the event's on-hook if there is one, else
// it applies the event. An approve above the limits of fast_track goes to people
// first, so that on_approve changes nothing elsewhere for an approve that does
// not count.
func (d *decider) raise(c run.Case) {
	if why := d.aboveLimits(c); why != "" {
		d.held(c, why)
		return
	}
	hook := map[run.EventName]run.HookName{run.Approve: run.OnApprove, run.Deny: run.OnDeny, run.Expire: run.OnExpire, run.Revoke: run.OnRevoke}[c.Event]
	if d.subscribed(hook) {
		if c.Override != nil {
			c.Override.Hook, c.Override.Of = string(hook), lastIgnored(d.Run, hook)
		}
		d.Engine.Case = &c
		d.ask(hook)
		return
	}
	d.settle(c)
}

// settle lets an event take effect, after its on-hook if it has one.
func (d *decider) settle(c run.Case) {
	if c.Event == run.Revoke {
		d.takeBack(c)
		return
	}
	if why := d.aboveLimits(c); why != "" {
		d.held(c, why)
		return
	}
	d.Engine.Case = nil
	d.handled(c.Act)
	entry := run.Entry{
		Event: c.Event, Actor: c.Actor, Channel: c.Channel, Reason: c.Reason, HookReason: c.HookReason, HookReasonBy: string(c.HookReasonBy),
		Checks: c.Checks, Error: c.Error, Act: c.Act, DurationSeconds: c.DurationSeconds, Override: run.OverrideOf(c),
	}
	if c.Event == run.Approve {
		if c.DurationSeconds > 0 && c.DurationSeconds < d.DurationSeconds {
			if d.AskedSeconds == 0 {
				d.AskedSeconds = d.DurationSeconds
			}
			d.DurationSeconds = c.DurationSeconds
		}
		if c.Person != nil && !d.approvedBy(c, entry) {
			return
		}
	}
	if entry.Reason == "" && c.Actor.Type == run.HookActor {
		entry.Reason = fmt.Sprintf("%s by %s of %s", pastTense[c.Event], c.Actor.ID, d.Flow.Name)
	}
	d.log(outcome[c.Event], entry)
	d.Decision = &run.Decision{
		Event: c.Event, Reason: entry.Reason, HookReason: c.HookReason, HookReasonBy: c.HookReasonBy, By: c.Actor, At: d.now, Checks: c.Checks, Act: c.Act,
	}
	if after := afterHook[c.Event]; d.subscribed(after) {
		d.ask(after)
		return
	}
	d.end()
}

var (
	pastTense = map[run.EventName]string{run.Approve: "Approved", run.Deny: "Denied", run.Expire: "Expired", run.Cancel: "Canceled"}
	outcome   = map[run.EventName]run.Status{run.Approve: run.Approved, run.Deny: run.Denied, run.Expire: run.Expired, run.Cancel: run.Canceled}
	afterHook = map[run.EventName]run.HookName{run.Approve: run.AfterApprove, run.Deny: run.AfterDeny, run.Expire: run.AfterExpire, run.Cancel: run.AfterCancel}
	endOf     = map[run.Status]run.Next{
		run.Approved: run.NextApproved, run.Denied: run.NextDenied, run.Expired: run.NextExpired, run.Canceled: run.NextCanceled,
		run.Ended: run.NextEnded, run.Revoked: run.NextRevoked, run.Failed: run.NextFailed,
	}
)

// end has the state machine end in the state that is named for the outcome;
// after an approval that gives access it goes on to that.
func (d *decider) end() {
	d.Engine.Case, d.Engine.Hook = nil, ""
	if d.Status == run.Approved && d.Flow.HasAccess() {
		d.escalate()
		return
	}
	d.Engine.Next = endOf[d.Status]
	d.changed = true
}

// ignored drops an event because a hook said so, or failed, and goes on where
// the event came from.
func (d *decider) ignored(c run.Case, by run.HookName, message, failure string, checks []run.Check) {
	d.Engine.Case = nil
	kept := d.ignore(run.ByHook(by), run.ViaHook, c.Act, message, failure, checks)
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
		d.route(c.Routing)
	case c.Origin == run.OnExpire:
		d.settle(d.expiry(""))
	default:
		d.goOn()
	}
}

// ignore records that something does not count. Past the first few it only
// counts, so that a run's record can't be filled up; kept reports whether there
// is an entry.
func (d *decider) ignore(by run.Actor, via run.Channel, act, message, failure string, checks []run.Check) (kept bool) {
	d.handled(act)
	d.Engine.Ignored++
	d.changed = true
	if a, there := d.act(act); there && !d.keepsIgnored(a) {
		return false
	}
	d.log(d.Status, run.Entry{
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
