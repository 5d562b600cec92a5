package engine

import (
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Decide returns the next run: what follows from the outcome of a step, the acts of
// people and the time. It is pure, and changes neither r nor s. changed reports
// whether there is anything to write. A step that was seen before, or brings nothing
// new, changes nothing; the document of the run is then its response.
//
// The error is [ErrNotTheRuns] for a step of another execution; any other is a
// defect.
func Decide(r *run.Run, s Step, now time.Time) (next *run.Run, changed bool, err error) {
	if s.Execution != r.Engine.Execution {
		return nil, false, fmt.Errorf("run %s, execution %d: %w", r.ID, s.Execution, ErrNotTheRuns)
	}
	if s.ID == r.Engine.Step || r.Over() {
		return r, false, nil
	}
	gone := s.Hold.State == run.Dropped && r.Flow.HasAccess() && (r.Status == run.Approved || r.Status == run.Active)
	if s.Hold.Elsewhere() && !r.TakingBack() {
		gone = false // it is recorded with why, by way of the state that ends the output
	}
	if r.Engine.Next.Answered() && s.Turn != r.Engine.Turn && !gone {
		// The outcome of an earlier turn: repeat the present one.
		return r, false, nil
	}
	next, err = r.Clone()
	if err != nil {
		return nil, false, err
	}
	d := &decider{Run: next, step: s, now: run.Stamp(now)}
	switch next := r.Engine.Next; {
	case s.Lost != nil && !r.Status.Decided():
		d.cancelExtension()
	case gone:
		d.recordRemoval()
	case next == run.NextHook:
		d.applyHookOutcome()
	case next == run.NextGrant:
		d.recordGrant()
	case next == run.NextTakeBack || next == run.NextPause:
		d.retryRemoval()
	default:
		d.resume()
	}
	d.proceed()
	if d.err != nil {
		return nil, false, fmt.Errorf("run %s: %w", r.ID, d.err)
	}
	if !d.changed {
		return r, false, nil
	}
	next.Engine.Turn++
	next.Engine.Step = s.ID
	next.UpdatedAt = d.now
	next.Kept = d.step.Shelves
	if !next.Engine.Next.Waits() {
		next.Engine.Token = ""
	}
	forgetNonces(next)
	return next, true, next.Seal()
}
