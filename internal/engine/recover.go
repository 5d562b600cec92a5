package engine

import (
	"cmp"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Recovery is the move of a run to its next execution, because the present one
// is over and the run is not.
type Recovery struct {
	// Execution is the number of the execution that is over.
	Execution int
	// Close closes the run: its access is removed; an undecided run expires. Without
	// it, the next execution goes on with the run as it is.
	Close bool
	// Drain closes the run because the installation is being removed. The present
	// execution need not be over: its steps are refused from then on.
	Drain bool
	// Planned has the next execution replace one that goes on, because that has outgrown
	// its limits: its steps are refused from then on.
	Planned bool
	// Failed is the error that ended the execution in a hook's state: the failure of
	// that hook, and of nothing else.
	Failed *Failure
	// Step is the step that Decide would take then, without Response and Failure.
	Step Step
	// Cause says what became of the execution, for people.
	Cause string
	// NonceKey is for a run without one; see [run.NewNonceKey].
	NonceKey string
}

// Recover returns the run with its next execution. Like [Decide] it is pure, and
// repeating it changes nothing: a run that has moved on, or is over, stays as it is.
func Recover(r *run.Run, v Recovery, now time.Time) (next *run.Run, changed bool, err error) {
	if v.Execution != r.Engine.Execution || r.Over() {
		return r, false, nil
	}
	if next, err = r.Clone(); err != nil {
		return nil, false, err
	}
	d := &decider{Run: next, step: v.Step, now: run.Stamp(now)}
	d.step.Response, d.step.Failure = nil, v.Failed
	switch {
	case v.Drain:
		d.drain()
	case v.Close:
		d.close(run.ClipError(v.Cause))
	case v.Failed != nil && next.Engine.Next == run.NextHook:
		d.applyHookOutcome()
	}
	d.proceed()
	if d.err != nil {
		return nil, false, fmt.Errorf("run %s: %w", r.ID, d.err)
	}
	if v.Planned {
		next.Engine.Planned++
	}
	next.Engine.Execution++
	next.Engine.NonceKey = cmp.Or(next.Engine.NonceKey, v.NonceKey)
	if next.Engine.Turn++; r.Warning() {
		next.Access.Warned = next.Engine.Turn // it may not have been published
	}
	next.Engine.Began, next.Engine.FirstTurn = d.now, next.Engine.Turn
	if l := next.Engine.Looks; l != nil {
		l.Here = 0
	}
	next.Engine.Step = fmt.Sprintf("recover/%d", v.Execution)
	next.Engine.Token = ""
	next.UpdatedAt = d.now
	next.Kept = d.step.Shelves
	forgetNonces(next)
	return next, true, next.Seal()
}

// close ends a run early, as far as it can be: its access is removed first.
func (d *decider) close(cause string) {
	const early = "The execution of this request ended early: "
	e := run.Case{Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, At: d.now, Reason: run.ClipError(early + cause), Error: cause}
	switch {
	case !d.Status.Decided():
		e.Event = run.Expire
		d.applyTransition(e)
	case d.TakingBack():
		d.Engine.Next = run.NextTakeBack // without what is left of a pause
	case !d.Flow.HasAccess():
	case d.Status == run.Approved:
		e.Event = run.Fail
		d.removeAccess(e)
	case d.Status == run.Active:
		e.Event = run.Deescalate
		d.removeAccess(e)
	}
}

// drainReason is the reason of each event that a drain causes.
const drainReason = "This installation of fasttrack is being removed."

// drain ends a run early because nothing will look after it any more. No hook is
// called to allow it: an undecided run expires, and access is revoked.
func (d *decider) drain() {
	e := run.Case{Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine, At: d.now, Reason: drainReason}
	switch {
	case !d.Status.Decided():
		e.Event = run.Expire
		d.applyTransition(e)
	case d.TakingBack():
		d.Engine.Next = run.NextTakeBack // without what is left of a pause
	case d.AwaitsReview():
		// Nobody can review it any more. Its history says so.
		d.Engine.Next, d.changed = ends[d.Status], true
	case d.Flow.HasAccess() && (d.Status == run.Approved || d.Status == run.Active):
		e.Event = run.Revoke
		d.removeAccess(e)
	}
}
