package engine

import (
	"cmp"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// recordGrant records the outcome of an attempt to grant access, which the lease
// reports.
func (d *decider) recordGrant() {
	if d.step.Hold.RevokedWith != "" {
		d.revokeWith()
		return
	}
	if d.Status == run.Active {
		d.recordConfirm()
		return
	}
	if d.step.Hold.State == run.Held {
		d.recordActive()
		if d.Engine.Next == run.NextActive {
			d.resume()
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
		why = "the outcome of granting it is unknown"
	}
	d.removeAccess(run.Case{
		Event: run.Fail, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, At: d.now,
		Reason: run.ClipError("Access could not be given: " + why), Error: run.ClipError(why),
	})
}

// recordActive records that access was granted and read back.
func (d *decider) recordActive() {
	h := d.step.Hold
	c := *d.Engine.Escalation
	d.Engine.Escalation = nil
	d.changed = true
	d.Access = &run.Access{StartsAt: run.Stamp(h.At), EndsAt: d.AccessUntil(h.At), Given: h.How}
	row, entry := d.transition(run.Escalate), entryOf(c)
	entry.DurationSeconds = d.DurationSeconds
	entry.Reason = cmp.Or(c.Reason, d.grantedWords())
	d.record(row.To, entry)
	if d.subscribed(row.After) {
		d.callHook(row.After)
		return
	}
	d.Engine.Next, d.Engine.Hook = run.NextActive, ""
}

// retryRemoval schedules the next attempt to remove access after one that failed.
// There is always another.
func (d *decider) retryRemoval() {
	why := d.step.Hold.Error
	if d.step.Failure != nil {
		why = d.step.Failure.Text
	}
	if why == "" {
		why = "the outcome of removing it is unknown"
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

// recordRemoval ends a run whose access is known to be removed.
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
	d.ExtendedBy = h.TakenOverBy
	d.finishAccess(ending)
}
