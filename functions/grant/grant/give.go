package grant

import (
	"context"
	"errors"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// give grants the access of a run and reads it back. The lease names the run before
// the strategy is called: a crash at any point leaves on record what to remove.
func (h *Handler) give(ctx context.Context, req step.GrantRequest) (stepfn.Document, error) {
	s, err := h.load(ctx, req.RunID, req.Execution)
	if err != nil {
		return stepfn.Document{}, err
	}
	if !s.run.GrantDue() {
		return stepfn.NewDocument(s.run, h.Now(), nil) // the run has moved on
	}
	var call, creates bool
	l, err := h.change(ctx, s.key, func(l *lease.Lease) (next *lease.Lease, err error) {
		if creates, err = h.look(ctx, s, l); err != nil {
			return nil, err
		}
		if err = l.Admits(s.run); err != nil {
			return nil, err
		}
		if next, call, err = h.begin(l, s.run, creates, h.deadline(ctx)); call {
			next.HeldBy(s.run)
		}
		return next, err
	})
	if err != nil {
		return stepfn.Document{}, err
	}
	if call {
		if l, err = h.callGive(ctx, s, l, creates); err != nil {
			return stepfn.Document{}, err
		}
	}
	hold := l.Of(s.run.ID)
	if !granted(s.run, hold) {
		why := hold.Error
		if why == "" {
			why = "access was removed already"
		}
		return stepfn.Document{}, step.Unable(why)
	}
	return stepfn.Document{
		Version: stepfn.DocumentVersion, RunID: s.run.ID, Turn: engine.PresentTurn(s.run), Next: run.NextActive,
		Seconds: stepfn.ActiveSeconds(s.run, hold.At, h.Now()),
	}, nil
}

// look reports whether the call that is about to begin creates the access, for a
// strategy that can't say so itself.
func (h *Handler) look(ctx context.Context, s subject, l *lease.Lease) (creates bool, err error) {
	blind, is := s.strategy.(strategy.Blind)
	if state := l.Of(s.run.ID).State; !is || state != run.NoHold && state != run.Giving && !s.run.Confirming() {
		return false, nil
	}
	s.access.Requests, s.access.CreatedByUs = l.Notes(), l.Given && !l.Existed
	there, err := blind.Look(ctx, s.access)
	return !there, err
}

// callGive has the strategy grant the access of the lease's attempt. created reports
// that it makes the access, as far as look knew.
func (h *Handler) callGive(ctx context.Context, s subject, l *lease.Lease, created bool) (*lease.Lease, error) {
	fence := l.Attempt.Fence
	s.access.Fence, s.access.Requests, s.access.CreatedByUs = fence, l.Notes(), !l.Existed && !l.Attempt.Fresh
	given, err := s.strategy.Give(ctx, s.access, ledger{h, s.key, fence})
	if err == nil {
		// Read it for this person, whoever created it.
		s.access.Requests, s.access.Output = nil, given.Output
		s.access.CreatedByUs = s.access.CreatedByUs || given.Created
		var there bool
		if there, err = s.strategy.Has(ctx, s.access); err == nil && !there {
			err = errors.New("access was granted, but can't be read back")
		}
	}
	var output store.Output
	if err == nil {
		output, err = h.seal(ctx, s.run.ID, given)
	}
	if cannot, is := errors.AsType[strategy.Refused](err); is {
		l, err := h.change(ctx, s.key, func(l *lease.Lease) (*lease.Lease, error) {
			return h.refuse(l, s.run, fence, cannot.Reason)
		})
		if err == nil && s.run.Confirming() {
			err = step.Unable(cannot.Reason)
		}
		return l, err
	}
	if err != nil {
		return nil, err
	}
	note := ""
	if outlasted, is := s.strategy.(strategy.Outlasted); is {
		note = outlasted.Outlasts()
	}
	by := lease.Recorded
	switch {
	case given.Found:
		by = lease.Found
	case created || given.Created:
		by = lease.Made
	}
	at := h.Now()
	return h.changeBy(ctx, s.key, h.withOutput(s.run.ID, output), func(l *lease.Lease) (*lease.Lease, error) {
		return h.end(l, s.run, fence, by, note, at)
	})
}
