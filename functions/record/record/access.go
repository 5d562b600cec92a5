package record

import (
	"context"

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
