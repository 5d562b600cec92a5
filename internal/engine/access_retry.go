package engine

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// retryGrant retries an attempt to give that failed and may work the next time,
// unless somebody revoked it meanwhile. It reports whether it did.
func (d *decider) retryGrant() bool {
	if s := d.step.Hold.State; s != run.NoHold && s != run.Giving {
		return false
	}
	if d.Access == nil {
		d.Access = &run.Access{}
	}
	failure := d.step.Failure
	if failure == nil {
		// A machine of an older release comes here after its pause, without an
		// attempt: it goes on to one.
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

// recordFailedAttempt records why an attempt at the access failed and when the next is, and has
// people notified once.
func (d *decider) recordFailedAttempt(why string, pause time.Duration) {
	a := d.Access
	a.Error, a.FailedAt, a.RetryAt = run.ClipError(why), d.now, d.now.Add(pause)
	if a.Tries >= warnAt && a.Failures == 0 && a.Warned == 0 && !d.step.Failure.busy() {
		a.Warned = d.Engine.Turn + 1
	}
	d.changed = true
}

// retryPauses are the pauses before the first attempts to give or to take back are
// retried.
var retryPauses = []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second}

// The limits on attempts to give. One that only waits for another call at the
// same access is retried for longer.
const (
	maxGrantTries = 7
	maxBusyTries  = 16
)

// warnAt is the try at which people are notified: once, and not of what the first
// retry mends.
const warnAt = 2

// The pauses between later attempts to take back, doubling.
const (
	firstRemovalPause = time.Minute
	lastRemovalPause  = time.Hour
)
