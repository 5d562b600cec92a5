package record

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// hold reads what the lease says of the run's access: nothing else is believed
// about it. It is zero where the run has none, or none yet.
func (h *Handler) hold(ctx context.Context, r *run.Run) (run.Hold, error) {
	if !r.Flow.HasAccess() || r.Access == nil || r.Over() {
		return run.Hold{}, nil
	}
	key, err := lease.KeyOf(r)
	if err != nil {
		// Such a run can't have been given anything: functions/grant reads the
		// same key.
		return run.Hold{State: run.Dropped, At: h.Now(), How: "None was given: " + err.Error()}, nil
	}
	l, err := h.Store.LoadLease(ctx, key)
	if err != nil {
		return run.Hold{}, err
	}
	return l.Of(r.ID), nil
}

// known gives the document as the state machine that asks can follow it. One of
// a version before there was access ends its execution where access comes next;
// functions/reconcile gives the run another, of the present machine.
func (h *Handler) known(req Request, d run.Document) run.Document {
	if req.Version >= withAccess {
		return d
	}
	switch d.Next {
	case run.NextGrant, run.NextGiveAgain, run.NextActive, run.NextTakeBack, run.NextPause, run.NextEnded, run.NextRevoked, run.NextFailed:
		d.Next = run.NextApproved
	}
	return d
}
