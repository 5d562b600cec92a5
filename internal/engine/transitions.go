package engine

import (
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Transition is a row of the table of a run's life: at status From, Event leads to
// To once the hook Before has allowed it, and then the hook After is called. "" is
// no hook, and as From it is a run that does not exist yet.
type Transition struct {
	From   run.Status
	Event  run.EventName
	To     run.Status
	Before run.HookName
	After  run.HookName
}

// transitions is the whole table. Of two rows with the same status and event, the
// second is for an event that leaves the status as it is. An event without a row
// never happens; package run refuses it again when the entry is appended.
var transitions = []Transition{
	{"", run.Request, run.Requested, "", ""},

	{run.Requested, run.Forward, run.Pending, "", run.AfterRequest},
	{run.Requested, run.Approve, run.Approved, run.OnApprove, run.AfterApprove},
	{run.Requested, run.Deny, run.Denied, run.OnDeny, run.AfterDeny},
	{run.Requested, run.Cancel, run.Canceled, "", run.AfterCancel},
	{run.Requested, run.Expire, run.Expired, "", run.AfterExpire},
	{run.Requested, run.Ignore, run.Requested, "", ""},

	{run.Pending, run.Approve, run.Approved, run.OnApprove, run.AfterApprove},
	{run.Pending, run.Approve, run.Pending, run.OnApprove, ""}, // more people must approve
	{run.Pending, run.Deny, run.Denied, run.OnDeny, run.AfterDeny},
	{run.Pending, run.Cancel, run.Canceled, "", run.AfterCancel},
	{run.Pending, run.Expire, run.Expired, run.OnExpire, run.AfterExpire},
	{run.Pending, run.Forward, run.Pending, "", ""},
	{run.Pending, run.Ignore, run.Pending, "", ""},

	{run.Approved, run.Escalate, run.Active, run.OnEscalate, run.AfterEscalate},
	{run.Approved, run.Deescalate, run.Ended, "", run.AfterDeescalate}, // on_escalate grants nothing
	{run.Approved, run.Revoke, run.Revoked, run.OnRevoke, run.AfterRevoke},
	{run.Approved, run.Fail, run.Failed, "", run.AfterFail},
	{run.Approved, run.Ignore, run.Approved, "", ""},
	{run.Approved, run.Erased, run.Approved, "", ""},

	{run.Active, run.Deescalate, run.Ended, run.OnDeescalate, run.AfterDeescalate},
	{run.Active, run.Revoke, run.Revoked, run.OnRevoke, run.AfterRevoke},
	{run.Active, run.Ignore, run.Active, "", ""},

	{run.Denied, run.Ignore, run.Denied, "", ""},
	{run.Denied, run.Erased, run.Denied, "", ""},
	{run.Expired, run.Ignore, run.Expired, "", ""},
	{run.Expired, run.Erased, run.Expired, "", ""},
	{run.Canceled, run.Ignore, run.Canceled, "", ""},
	{run.Canceled, run.Erased, run.Canceled, "", ""},
	{run.Ended, run.Ignore, run.Ended, "", ""},
	{run.Ended, run.Erased, run.Ended, "", ""},
	{run.Revoked, run.Ignore, run.Revoked, "", ""},
	{run.Revoked, run.Erased, run.Revoked, "", ""},
	{run.Failed, run.Ignore, run.Failed, "", ""},
	{run.Failed, run.Erased, run.Failed, "", ""},
}

// Transitions returns the whole table.
func Transitions() []Transition { return append([]Transition(nil), transitions...) }

// transition returns the row of an event at the run's status, the first if there
// are two. Without one it has no To, which the record refuses.
func (d *decider) transition(e run.EventName) Transition {
	for _, row := range transitions {
		if row.From == d.Status && row.Event == e {
			return row
		}
	}
	return Transition{From: d.Status, Event: e}
}

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
		d.removeAccess(c)
		return
	}
	if why := d.exceededLimit(c); why != "" {
		d.routeAboveLimits(c, why)
		return
	}
	d.Engine.Case = nil
	d.markHandled(c.Act)
	entry := entryOf(c)
	entry.DurationSeconds = c.DurationSeconds
	if c.Event == run.Approve {
		d.shorten(c.DurationSeconds)
		if c.Person != nil && !d.countApproval(c, entry) {
			return
		}
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
// flow that grants access goes on to that instead.
func (d *decider) end() {
	d.Engine.Case, d.Engine.Hook = nil, ""
	if d.Status == run.Approved && d.Flow.HasAccess() {
		d.proceedToGrant()
		return
	}
	d.Engine.Next = ends[d.Status]
	d.changed = true
}

// shorten shortens the run's access to a duration, and keeps what was requested.
func (d *decider) shorten(seconds int) {
	if seconds == 0 || seconds >= d.DurationSeconds {
		return
	}
	if d.AskedSeconds == 0 {
		d.AskedSeconds = d.DurationSeconds
	}
	d.DurationSeconds = seconds
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
