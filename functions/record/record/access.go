package record

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// hold reads from the lease how the run's access stands: nothing else is believed
// about that. It is zero where the run has no access, or none yet.
func (h *Handler) hold(ctx context.Context, r *run.Run) (run.Hold, error) {
	if !r.Flow.HasAccess() || r.Access == nil || r.Over() {
		return run.Hold{}, nil
	}
	key, err := lease.KeyOf(r)
	if err != nil {
		// Such a run can't have access: functions/grant reads the same key.
		return run.Hold{State: run.Dropped, At: h.Now(), How: "None was given: " + err.Error()}, nil
	}
	l, err := h.Store.LoadLease(ctx, key)
	if err != nil {
		return run.Hold{}, err
	}
	return l.Of(r.ID), nil
}

// addOutput adds what the strategy returned to the invocation of a hook about access
// that has been granted and has not ended.
func (h *Handler) addOutput(ctx context.Context, r *run.Run, d *stepfn.Document) error {
	if d.Hook == nil || d.Hook.Invocation.Run.Access == nil {
		return nil
	}
	rule, err := lease.StrategyOf(r)
	if err != nil || !rule.ReturnsOutput() {
		return nil // functions/grant says what is wrong with it
	}
	o, err := h.Store.LoadOutput(ctx, r.ID)
	if err != nil || o.Output == nil || !o.Ended.IsZero() {
		return err
	}
	return d.AddOutput(o.Output)
}
