package reconcile

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
)

const outgrown = "its execution has outgrown the limits of Step Functions"

// replace starts the next execution of a run whose present one waits for the end of access
// and has outgrown its limits, then stops that. Until the next has started the present one
// goes on: stopping it would end the access.
func (s *sweep) replace(ctx context.Context, r *run.Run) {
	before := step.ExecutionOf(r).Name()
	err := s.start(ctx, r, step.Action{RunID: r.ID, Action: "replace", Why: outgrown}, recovery{ended: true})
	if err != nil || s.report.DryRun {
		return
	}
	// Its steps are refused from now on; stopping it spares it the wait.
	if err = s.Executions.Stop(ctx, before, outgrown); err != nil {
		s.Log.Warn("can't stop the former execution", "run_id", r.ID, "error", said(err))
	}
}
