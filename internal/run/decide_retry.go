package run

import (
	"slices"
	"time"
)

// giveAgain retries an attempt to give that failed and may work the next time,
// unless somebody revoked it meanwhile. It reports whether it did.
func (d *decider) giveAgain() bool {
	if s := d.step.Hold.State; s != NoHold && s != Giving {
		return false
	}
	if d.Access == nil {
		d.Access = &Access{}
	}
	caught := d.step.Caught
	if caught == nil {
		// A machine of an older release comes here after its pause, without an
		// attempt: it goes on to one.
		return d.Access.Tries > 0
	}
	most := maxGives
	switch {
	case slices.Contains([]string{"Unable", "Refused", "States.DataLimitExceeded"}, caught.Error):
		return false
	case caught.later():
		most = maxLaters
	}
	if d.revoked() {
		return true
	}
	d.Access.Tries++
	if d.Access.Tries >= most {
		return false
	}
	d.fails(caught.explainGrant(), soon[min(d.Access.Tries, len(soon))-1])
	return true
}

// fails records why an attempt at the access failed and when the next is, and has
// people notified once.
func (d *decider) fails(why string, pause time.Duration) {
	a := d.Access
	a.Error, a.FailedAt, a.RetryAt = clip(why), d.now, d.now.Add(pause)
	if a.Tries >= warnAt && a.Failures == 0 && a.Warned == 0 && !d.step.Caught.later() {
		a.Warned = d.Engine.Turn + 1
	}
	d.changed = true
}

// later reports whether nothing failed: another call is at the access, or one that
// was given up on may still have an effect.
func (c *Caught) later() bool { return c != nil && c.Error == "Later" }

// works forgets that an attempt failed: giving is over, or taking back is.
func (d *decider) works() {
	d.Access.Error, d.Access.FailedAt, d.Access.RetryAt = "", time.Time{}, time.Time{}
	d.Access.Tries, d.Access.Warned = 0, 0
}

// Warning reports whether people are to be notified, by the run's last change,
// that access can't be given or taken back yet.
func (r *Run) Warning() bool {
	return r.Access != nil && r.Access.Warned > 0 && r.Access.Warned == r.Engine.Turn
}

// LastError returns why giving or taking back has failed so far, nil if neither
// has.
func (r *Run) LastError() *LastError {
	a := r.Access
	if a == nil || a.Error == "" || r.over() {
		return nil
	}
	e := &LastError{At: a.FailedAt, Where: "take_back", Text: a.Error, NextTryAt: a.RetryAt}
	if r.Engine.Next == NextGrant {
		e.Where = "grant"
	}
	if e.At.IsZero() { // as older releases stored it
		e.At = r.UpdatedAt
	}
	return e
}
