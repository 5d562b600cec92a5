package grant

import (
	"context"
	"errors"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// take removes the access of a run, if it is due and no other run holds it, and reads
// that it is absent.
func (h *Handler) take(ctx context.Context, req step.GrantRequest) (step.Taken, error) {
	s, err := h.load(ctx, req.RunID, req.Execution)
	if err != nil {
		return step.Taken{}, err
	}
	if !s.run.RemovalDue(h.Now()) {
		return step.Taken{RunID: s.run.ID}, nil
	}
	var call bool
	l, err := h.changeBy(ctx, s.key, h.endingOutput(s), func(l *lease.Lease) (next *lease.Lease, err error) {
		if s.run.Revoking() {
			l = l.Revoke(s.run.ID, h.Now())
		}
		next, call, err = l.BeginTake(s.run.ID, h.Now(), h.deadline(ctx))
		return next, err
	})
	if err != nil {
		return step.Taken{}, err
	}
	if !call {
		return step.Taken{RunID: s.run.ID, Gone: true}, nil
	}
	fence := l.Attempt.Fence
	if err := h.loadOutput(ctx, &s); err != nil {
		return step.Taken{}, err
	}
	gone, err := h.callTake(ctx, s, l)
	if err != nil {
		return step.Taken{}, err
	}
	at := h.Now()
	if _, err := h.changeBy(ctx, s.key, h.endingOutput(s), func(l *lease.Lease) (*lease.Lease, error) { return l.EndTake(s.run.ID, fence, gone, at) }); err != nil {
		return step.Taken{}, err
	}
	return step.Taken{RunID: s.run.ID, Gone: true}, nil
}

// callTake has the strategy remove the access, and reads that it is absent.
func (h *Handler) callTake(ctx context.Context, s subject, l *lease.Lease) (strategy.Gone, error) {
	s.access.Fence, s.access.Requests, s.access.CreatedByUs = l.Attempt.Fence, l.Notes(), !l.Existed
	gone, err := s.strategy.Take(ctx, s.access, ledger{h, s.key, l.Attempt.Fence})
	if err != nil {
		return gone, err
	}
	there, err := s.strategy.Has(ctx, s.access)
	if err != nil {
		return gone, err
	}
	if there {
		return gone, errors.New("access was removed, but can still be read")
	}
	return gone, nil
}

// check reads once more that the access of an ended lease is absent: an asynchronous
// operation of AWS may have restored it.
func (h *Handler) check(ctx context.Context, req step.GrantRequest) (step.Checked, error) {
	if req.Lease == nil {
		return step.Checked{}, step.Refused("check needs a lease")
	}
	over := h.over(ctx)
	var call bool
	l, err := h.change(ctx, *req.Lease, func(l *lease.Lease) (next *lease.Lease, err error) {
		now := h.Now()
		if next, call, err = l.BeginCheck(now, h.deadline(ctx)); err != nil || call {
			return next, err
		}
		if at, due := l.DueAt(); due && !now.Before(at) {
			return l.Forget(over, now), nil
		}
		return l, nil
	})
	if err != nil || !call {
		return step.Checked{}, err
	}
	fence := l.Attempt.Fence
	s, found, err := h.read(ctx, l)
	if err != nil {
		return step.Checked{}, err
	}
	next, err := h.change(ctx, *req.Lease, func(l *lease.Lease) (*lease.Lease, error) { return l.EndCheck(fence, over, h.Now()) })
	if err == nil {
		err = h.forgetOutputs(ctx, s, l, next)
	}
	return step.Checked{Found: found}, err
}

// read reports whether the access of the lease exists, and removes it if so. s is the
// access of the run that it read it by.
func (h *Handler) read(ctx context.Context, l *lease.Lease) (s subject, found bool, err error) {
	// Any run of the lease names the access; some may have expired.
	for _, holder := range l.Holders {
		if s, err = h.load(ctx, holder.RunID, ""); !errors.Is(err, store.ErrNotFound) {
			break
		}
	}
	if err == nil {
		err = h.loadOutput(ctx, &s)
	}
	if err != nil {
		return s, false, err
	}
	s.access.Fence, s.access.Requests, s.access.CreatedByUs = l.Attempt.Fence, l.Notes(), !l.Existed
	if found, err = s.strategy.Has(ctx, s.access); err != nil || !found {
		return s, false, err
	}
	_, err = h.callTake(ctx, s, l)
	return s, true, err
}

// over returns what reports whether a run is over. A run that can't be read counts as
// going on, a missing one as over.
func (h *Handler) over(ctx context.Context) func(id string) bool {
	return func(id string) bool {
		r, err := h.Store.Load(ctx, id)
		return errors.Is(err, store.ErrNotFound) || err == nil && r.Over()
	}
}
