package engine

import (
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// startTransition begins a transition: it calls the event's on-hook, or applies the event if
// the flow has none. An approve above the limits of fast_track goes to people
// first, so that on_approve changes nothing elsewhere for an approve that does not
// count.
func (d *decider) startTransition(c run.Case) {
	if why := d.exceededLimit(c); why != "" {
		d.routeAboveLimits(c, why)
		return
	}
	hook := d.transition(c.Event).Before
	if d.subscribed(hook) {
		if c.Override != nil {
			c.Override.Hook, c.Override.Of = string(hook), lastIgnored(d.Run, hook)
		}
		d.Engine.Case = &c
		d.callHook(hook)
		return
	}
	d.applyTransition(c)
}

// applyTransition applies a transition once its on-hook has allowed it, and calls its
// after-hook.
func (d *decider) applyTransition(c run.Case) {
	if c.Event == run.Revoke {
		d.keep(c.Puts)
		c.Puts = nil
		d.removeAccess(c)
		return
	}
	if why := d.exceededLimit(c); why != "" {
		d.routeAboveLimits(c, why)
		return
	}
	d.Engine.Case = nil
	d.keep(c.Puts)
	d.markHandled(c.Act)
	entry := entryOf(c)
	entry.DurationSeconds = c.DurationSeconds
	if c.Event == run.Approve {
		d.shorten(c.DurationSeconds)
		if c.Person != nil && !d.countApproval(c, entry) {
			return
		}
	}
	entry.BreakGlass = c.Event == run.Approve && c.Actor == run.BreakGlassActor
	if entry.BreakGlass {
		entry.To = d.BreakGlass.Notify
	}
	row := d.transition(c.Event)
	if entry.Reason == "" && c.Actor.Type == run.HookActor {
		entry.Reason = fmt.Sprintf("%s by %s of %s", capitalize(string(row.To)), c.Actor.ID, d.Flow.Name)
	}
	d.record(row.To, entry)
	d.Decision = &run.Decision{
		Event: c.Event, Reason: entry.Reason, HookReason: c.HookReason, HookReasonBy: c.HookReasonBy, By: c.Actor, At: d.now, Checks: c.Checks, Act: c.Act,
	}
	d.callAfter(row)
}

// callAfter calls the after-hook of a transition that was applied, or ends the run
// if the flow has none.
func (d *decider) callAfter(row Transition) {
	if d.subscribed(row.After) {
		d.callHook(row.After)
		return
	}
	d.end()
}

// ends are the final states of the state machine, by status.
var ends = map[run.Status]run.Next{
	run.Approved: run.NextApproved, run.Denied: run.NextDenied, run.Expired: run.NextExpired, run.Canceled: run.NextCanceled,
	run.Ended: run.NextEnded, run.Revoked: run.NextRevoked, run.Failed: run.NextFailed,
}

// end ends the state machine in the state of the run's status. An approval of a
// flow that grants access goes on to that instead, and an emergency to its review.
func (d *decider) end() {
	d.Engine.Case, d.Engine.Hook = nil, ""
	if d.Status == run.Approved && d.Flow.HasAccess() || d.AwaitsReview() {
		d.resume()
		return
	}
	d.Engine.Next = ends[d.Status]
	d.changed = true
}

// shorten shortens the run's access to a duration, and keeps what was requested. Any
// duration sets the end of access that was to last until it is revoked.
func (d *decider) shorten(seconds int) {
	if seconds == 0 || seconds >= d.DurationSeconds && !d.Endless() {
		return
	}
	if d.RequestedSeconds == 0 {
		d.RequestedSeconds = d.DurationSeconds
	}
	d.DurationSeconds = min(d.DurationSeconds, seconds)
}

// entryOf returns the entry of the history for a case.
func entryOf(c run.Case) run.Entry {
	return run.Entry{
		Event: c.Event, Actor: c.Actor, Channel: c.Channel, Reason: c.Reason, HookReason: c.HookReason, HookReasonBy: string(c.HookReasonBy),
		Checks: c.Checks, Error: c.Error, Act: c.Act, Override: run.OverrideOf(c),
	}
}

func capitalize(word string) string {
	return strings.ToUpper(word[:min(len(word), 1)]) + word[min(len(word), 1):]
}
