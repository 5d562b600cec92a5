package engine

import "github.com/fasttrack-dev/fasttrack/internal/run"

// awaitStart has an approved run wait for the time at which its access is to start, and
// reports whether it does. It waits where a review does: an action wakes it.
func (d *decider) awaitStart() bool {
	switch {
	case !d.AwaitsStart(d.now):
		return false
	case d.isFull():
		d.failStart("The record of this request is full.")
	case !d.ParkedForStart():
		d.Engine.Case, d.Engine.Hook = nil, ""
		d.Engine.Next = run.NextReview
		d.changed = true
	}
	return true
}

// checkStart checks once more, at the start that was chosen, who may request. It reports
// whether access may be granted, and ends the run if not.
func (d *decider) checkStart() bool {
	if d.StartsAt.IsZero() {
		return true
	}
	why := d.MayStillRequest(d.step.Today)
	if why != "" {
		d.failStart("No access was granted at the start: " + why)
	}
	return why == ""
}

func (d *decider) failStart(reason string) {
	d.finishAccess(run.Case{Event: run.Fail, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, At: d.now, Reason: reason})
}

// cancelStart applies a cancel that came between the approval and the start. If access
// was granted since, or is being granted, that is removed.
func (d *decider) cancelStart(act run.Act) {
	c := caseOf(act)
	switch {
	case d.Status == run.Active:
		c.Event = run.Revoke
		d.removeAccess(c)
	case d.Access != nil:
		d.removeAccess(c)
	default:
		d.finishAccess(c)
	}
}
