package engine

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// retryGrant schedules the next attempt to grant access if a retry may work and
// nobody has revoked it since. It reports whether there is one.
func (d *decider) retryGrant() bool {
	if s := d.step.Hold.State; s != run.NoHold && s != run.Giving {
		return false
	}
	if d.Access == nil {
		d.Access = &run.Access{}
	}
	failure := d.step.Failure
	if failure == nil {
		// An older state machine comes here after its pause, before the attempt.
		return d.Access.Tries > 0
	}
	most := maxGrantTries
	switch {
	case failure.Final:
		return false
	case failure.Busy:
		most = maxBusyTries
	}
	if d.startRevoke() {
		return true
	}
	d.Access.Tries++
	if d.Access.Tries >= most {
		return false
	}
	d.recordFailedAttempt(failure.Text, retryPauses[min(d.Access.Tries, len(retryPauses))-1])
	return true
}

// recordFailedAttempt records why an attempt failed and when the next one is. People
// are notified once.
func (d *decider) recordFailedAttempt(why string, pause time.Duration) {
	a := d.Access
	a.Error, a.FailedAt, a.RetryAt = run.ClipError(why), d.now, d.now.Add(pause)
	if a.Tries >= warnAt && a.Failures == 0 && a.Warned == 0 && !d.step.Failure.busy() {
		a.Warned = d.Engine.Turn + 1
	}
	d.changed = true
}

// retryPauses are the pauses before the first retries of granting or removing access.
var retryPauses = []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second}

// The limits on attempts to grant access. One that waits for another call on the
// same access is retried for longer.
const (
	maxGrantTries = 7
	maxBusyTries  = 16
)

// warnAt is the attempt at which people are notified: not of a failure that the
// first retry mends.
const warnAt = 2

// The pauses between later attempts to remove access, doubling.
const (
	firstRemovalPause = time.Minute
	lastRemovalPause  = time.Hour
)
