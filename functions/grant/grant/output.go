package grant

import (
	"context"
	"fmt"
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// What a strategy returns for people is stored here and nowhere else: what
// functions/grant returns passes through the state machine, whose history keeps it.

// seal returns what is stored of what a strategy returned.
func (h *Handler) seal(ctx context.Context, runID string, given strategy.Given) (store.Output, error) {
	if len(given.Ignored) > 0 {
		h.Log.Warn("the strategy function returned members of a newer version", "run_id", runID, "members", given.Ignored)
	}
	o := store.Output{Output: given.Output}
	if given.Sensitive == nil {
		return o, nil
	}
	if h.Seal == nil {
		return o, strategy.Refuse("the strategy function returned a sensitive output, which this deployment has no key for: list the function in parameter StrategyFunctionArns")
	}
	var err error
	if o.Sensitive, err = h.Seal(ctx, runID, given.Sensitive); err != nil {
		return o, fmt.Errorf("encrypt the sensitive output: %w", err)
	}
	return o, nil
}

// withOutput saves a lease together with the output of a run, if there is any.
func (h *Handler) withOutput(runID string, o store.Output) func(context.Context, *lease.Lease) error {
	if o.None() {
		return h.Store.SaveLease
	}
	return func(ctx context.Context, l *lease.Lease) error { return h.Store.SaveLeaseAndOutput(ctx, l, runID, o) }
}

// endingOutput saves a lease and, if the run has dropped the access in it, ends the
// run's output in the same write. The output is read after the lease: a give that
// adds one meanwhile changes the lease too, so that this write fails.
func (h *Handler) endingOutput(s subject) func(context.Context, *lease.Lease) error {
	if !s.hasOutput {
		return h.Store.SaveLease
	}
	return func(ctx context.Context, l *lease.Lease) error {
		if l.Of(s.run.ID).State != run.Dropped {
			return h.Store.SaveLease(ctx, l)
		}
		o, err := h.Store.LoadOutput(ctx, s.run.ID)
		if err != nil {
			return err
		}
		if o.None() {
			return h.Store.SaveLease(ctx, l)
		}
		return h.Store.SaveLeaseAndOutput(ctx, l, s.run.ID, o.End(h.Now()))
	}
}

// loadOutput reads what the strategy returned, which it gets back.
func (h *Handler) loadOutput(ctx context.Context, s *subject) error {
	if !s.hasOutput {
		return nil
	}
	o, err := h.Store.LoadOutput(ctx, s.run.ID)
	s.access.Output = o.Output
	return err
}

// forgetOutputs deletes the outputs of the runs that a lease no longer knows: no
// call to the strategy needs them any more.
func (h *Handler) forgetOutputs(ctx context.Context, s subject, before, after *lease.Lease) error {
	if !s.hasOutput {
		return nil
	}
	for _, holder := range before.Holders {
		known := slices.ContainsFunc(after.Holders, func(h lease.Holder) bool { return h.RunID == holder.RunID })
		if known {
			continue
		}
		if err := h.Store.DeleteOutput(ctx, holder.RunID); err != nil {
			return err
		}
	}
	return nil
}
