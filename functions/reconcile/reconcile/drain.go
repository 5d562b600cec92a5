package reconcile

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/step"
)

const removed = "fasttrack is being removed"

// each calls do for every id, a few at once.
func (s *sweep) each(ids []string, do func(id string)) {
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, id := range ids {
		group.Go(func() error { do(id); return nil })
	}
	_ = group.Wait() // errors are in the report
}

// drain ends a run, whatever it waits for. The run gets another execution for that,
// as if the present one had died. No hook can keep access from ending, and removing
// access is retried as always.
func (s *sweep) drain(ctx context.Context, id string) {
	rec, ok := s.load(ctx, id)
	if !ok {
		return
	}
	r := rec.Run
	switch {
	case r.TakingBack():
		s.take(ctx, r, removed)
	case r.Status.Final(r.Flow.HasAccess()) && !r.AwaitsReview():
		// Only its last hook is still to be called.
	default:
		before := step.ExecutionOf(r).Name()
		_ = s.start(ctx, r, step.Action{RunID: id, Action: "end", Why: removed}, recovery{ended: true, drain: true})
		if s.report.DryRun {
			return
		}
		// Its steps are refused from now on; stopping it spares it the wait.
		if err := s.Executions.Stop(ctx, before, removed); err != nil {
			s.Log.Warn("can't stop the former execution", "run_id", id, "error", said(err))
		}
	}
}
