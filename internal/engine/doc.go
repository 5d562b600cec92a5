// Package engine decides. [Decide] takes a run, what happened to it and the time,
// and returns the next run; [Park] and [Recover] do the same for a wait and for an
// execution that ended early.
//
// It is pure: no AWS, no clock, no network. It builds on packages run and hookapi.
// Package stepfn builds on it and translates from and to the state machine.
package engine
