package engine

import (
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// recordConfirm records the outcome of an attempt to grant active access anew, which the
// lease reports. One that failed changes nothing: access still ends when it was to.
func (d *decider) recordConfirm() {
	switch {
	case !d.Confirming():
		d.resume()
	case d.ConfirmGranted(d.step.Hold):
		d.confirmed()
		d.resume()
	case d.startRevoke() || d.retryConfirm():
	default:
		d.failConfirm()
	}
}

// confirmed moves the end of access that was granted anew.
func (d *decider) confirmed() {
	c, a := *d.Engine.Case, d.Access
	a.EndsAt = d.ConfirmedUntil()
	a.ConfirmedAt, a.Reminded = run.Stamp(c.At), 0
	d.clearFailedAttempt()
	d.Engine.Case = nil
	d.markHandled(c.Act)
	entry := entryOf(c)
	entry.EndsAt = a.EndsAt
	d.record(d.transition(run.Confirm).To, entry)
}

// retryConfirm schedules the next attempt to grant active access anew, if a retry may work
// and is over before the end. It reports whether there is one.
func (d *decider) retryConfirm() bool {
	failure, a := d.step.Failure, d.Access
	most := maxGrantTries
	switch {
	case failure == nil || failure.Final:
		return false
	case failure.Busy:
		most = maxBusyTries
	}
	pause := retryPauses[min(a.Tries+1, len(retryPauses))-1]
	if a.Tries+1 >= most || !d.grantFits(pause) {
		return false
	}
	a.Tries++
	d.recordFailedAttempt(failure.Text, pause)
	return true
}

// failConfirm records that active access could not be granted anew, and why. People are
// notified: who confirmed it takes it for confirmed.
func (d *decider) failConfirm() {
	c, a := *d.Engine.Case, d.Access
	why := "the outcome of granting it anew is unknown"
	if d.step.Failure != nil {
		why = d.step.Failure.Text
	}
	d.clearFailedAttempt()
	a.Error, a.FailedAt, a.Warned = run.ClipError(why), d.now, d.Engine.Turn+1
	d.Engine.Case = nil
	d.recordIgnored(run.Actor{Type: run.EngineActor}, run.ViaEngine, c.Act,
		fmt.Sprintf("The access could not be granted anew, so nothing has changed: it ends at %s unless it is confirmed.", a.EndsAt.Format(time.RFC3339)), run.ClipError(why), nil)
	d.resume()
}
