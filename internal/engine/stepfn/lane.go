package stepfn

import "time"

// An execution of the lane is an EXPRESS one, which ends after five minutes
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const laneTime = 5 * time.Minute

// laneReserve is what the states around a hook may take at worst: the pauses before the
// hook is called, Record with its retries, and HandOver. A test reads them in
// statemachine.asl.json.
const laneReserve = 115 * time.Second

// FitLane notes whether the lane, whose execution began then, has time to call the hook
// and to apply what follows from it.
func (d *Document) FitLane(since, now time.Time) {
	d.InLane = d.Hook != nil && !since.IsZero() && now.Sub(since)+time.Duration(d.Hook.Seconds)*time.Second+laneReserve <= laneTime
}
