package record

import (
	"context"
	"errors"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// lost returns why the access that an undecided run extends can't be taken over any more;
// nil while it can. Once the run is decided, the lease says so.
func (c *call) lost(ctx context.Context, r *run.Run) (why, err error) {
	if r.Extends == nil || r.Status.Decided() {
		return nil, nil
	}
	extended, err := c.Store.Load(ctx, r.Extends.ID)
	if errors.Is(err, store.ErrNotFound) {
		return run.TooLate("It no longer exists."), nil
	}
	if err != nil {
		return nil, err
	}
	return extended.Extensible(), nil
}

// wakeLinked ends the waits of the runs that a run is linked to, once it is written: of
// what extends it, when its access is removed, and of what it extends, once it has taken
// that over. Each finds out why. It is repeated with the step.
func (c *call) wakeLinked(ctx context.Context, rec store.Record, r *run.Run) error {
	if rec.Extension != "" && (r.TakingBack() || r.Over()) {
		// An extension that is decided is revoked with what it extends, by the lease.
		concerned := func(x *run.Run) bool { return !x.Status.Decided() || r.Status == run.Revoked }
		if err := c.wakeRun(ctx, rec.Extension, concerned); err != nil {
			return err
		}
	}
	if r.Extends != nil && r.Status == run.Active {
		return c.wakeRun(ctx, r.Extends.ID, func(x *run.Run) bool { return x.Status == run.Active })
	}
	return nil
}

func (c *call) wakeRun(ctx context.Context, id string, concerned func(*run.Run) bool) error {
	other, err := c.Store.Load(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil || other.Engine.Token == "" || other.Over() || !concerned(other) {
		return err
	}
	return c.Waker.Wake(ctx, other.Engine.Token)
}
