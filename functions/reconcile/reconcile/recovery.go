package reconcile

import (
	"context"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
)

// The pauses before a run gets another execution, by the recoveries it has had:
// none before the first, then firstPause, doubling up to lastPause. After
// maxRecoveries only an operator starts another.
const (
	firstPause    = 30 * time.Second
	lastPause     = time.Hour
	maxRecoveries = 12
)

// pause returns how long a run waits for its next execution, after the one of that
// number has ended.
func pause(execution int) time.Duration {
	if execution == 0 {
		return 0
	}
	return min(firstPause<<min(execution-1, 10), lastPause)
}

// recovery says how the next execution of a run follows the present one.
type recovery struct {
	ended, close, drain bool
	// failed is the error that ended an execution while a hook was called.
	failed *stepfn.Caught
}

// recover starts the next execution of a run, by how the present one ended.
func (s *sweep) recover(ctx context.Context, r *run.Run, last Ended) {
	why := "its execution was " + last.Status
	if last.Error != "" {
		why += ": " + last.Error
	}
	switch {
	case last.Status == "SUCCEEDED" || last.Status == "PENDING_REDRIVE":
		// A state machine of an older release, which has no state for what comes next.
		s.next(ctx, r, step.Action{RunID: r.ID, Action: "hand over", Why: "its execution ended first"}, recovery{ended: true})
	case last.Status == "FAILED" && last.Error == refused:
		// functions/record refused it: it isn't the run's, somebody else started it.
		s.next(ctx, r, step.Action{RunID: r.ID, Action: "hand over", Why: why}, recovery{ended: true})
	case last.Status == "FAILED" && r.Engine.Next == run.NextHook:
		// The response of a hook function ended it, past every Catch. That is a failure
		// of the hook, not the end of the run.
		s.next(ctx, r, step.Action{RunID: r.ID, Action: "hand over", Why: why}, recovery{
			ended: true, failed: &stepfn.Caught{Error: last.Error, Cause: last.Cause},
		})
	default:
		s.next(ctx, r, step.Action{RunID: r.ID, Action: "close", Why: why}, recovery{ended: true, close: true})
	}
}

// refused is the error of an execution that functions/record refused; see the
// state Broken.
const refused = "Refused"

// next starts a run's next execution once the pause before it is over. Until then,
// and if no other is started, access is still removed when it is due.
func (s *sweep) next(ctx context.Context, r *run.Run, a step.Action, how recovery) {
	n, now := r.Engine.Execution-r.Engine.Planned, s.Now()
	waits, stopped := now.Before(r.UpdatedAt.Add(pause(n))), n >= maxRecoveries && !s.byHand
	if !waits && !stopped {
		_ = s.start(ctx, r, a, how)
		return
	}
	if r.RemovalDue(now) && s.mayTake(ctx, r) {
		s.later(strategyOf(r), job{
			overdue: r.UpdatedAt,
			do: func(ctx context.Context) {
				if !s.take(ctx, r, "access is due to end, and "+a.Why) {
					s.stopped(r, a, stopped)
				}
			},
			skip: func(context.Context) { s.stopped(r, a, stopped) },
		})
		return
	}
	s.stopped(r, a, stopped)
}

// stopped reports a run that only an operator can start again.
func (s *sweep) stopped(r *run.Run, a step.Action, stopped bool) {
	n := r.Engine.Execution - r.Engine.Planned
	if stopped {
		s.Log.Error("recovery stopped", "run_id", r.ID, "recovery_stopped", true, "recoveries", n, "status", r.Status, "why", a.Why)
		_ = s.do(step.Action{RunID: r.ID, Action: "stopped", Why: fmt.Sprintf("%d executions ended before it; the last: %s", n+1, a.Why)}, func() error { return nil })
	}
}
