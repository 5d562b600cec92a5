package reconcile

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/step"
)

const removed = "fasttrack is being removed"

// each does something about every id, a few at once.
func (s *sweep) each(ids []string, do func(id string)) {
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, id := range ids {
		group.Go(func() error { do(id); return nil })
	}
	_ = group.Wait() // what went wrong is in the report
}

// drain ends a run whatever it waits for. The run gets an execution of its own for
// that, as if the present one had died: no hook is asked whether access may end,
// and the take-back is retried as ever.
func (s *sweep) drain(ctx context.Context, id string) {
	rec, ok := s.load(ctx, id)
	if !ok {
		return
	}
	r := rec.Run
	switch {
	case r.TakingBack():
		s.take(ctx, r, removed)
	case r.Status.Final(r.Flow.HasAccess()):
		// Only its last hook is still asked.
	default:
		before := step.ExecutionOf(r).Name()
		s.start(ctx, r, Action{RunID: id, Action: "end", Why: removed}, recovery{ended: true, drain: true})
		if s.report.DryRun {
			return
		}
		// What it does from now on is refused; it need not wait until it finds out.
		if err := s.Executions.Stop(ctx, before, removed); err != nil {
			s.Log.Warn("stop the execution that was before", "run_id", id, "error", said(err))
		}
	}
}
