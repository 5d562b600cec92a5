package record

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// park keeps the task token of a wait, and ends the wait at once if there is an
// action to apply already.
func (c *call) park(ctx context.Context) (any, error) {
	parking := engine.Parking{
		Step: c.stepID(), Execution: c.execution, Turn: c.req.Turn.Number, Token: c.req.Token,
		Order: run.TokenOrder{
			Execution: c.execution, Redrive: c.req.Step.RedriveCount, EnteredAt: c.req.Step.EnteredAt, Retry: c.req.Step.RetryCount,
		},
	}
	var wake bool
	done, err := c.write(ctx, c.req.Turn.Number, func(rec store.Record) (to change, err error) {
		if err := c.admit(rec.Run); err != nil {
			return to, err
		}
		parking.Acts = rec.Acts
		if parking.Hold, err = c.hold(ctx, rec.Run); err != nil {
			return to, err
		}
		if parking.Lost, err = c.lost(ctx, rec.Run); err != nil {
			return to, err
		}
		to.next, to.changed, wake, err = engine.Park(rec.Run, parking, c.Now())
		if err != nil {
			return to, err
		}
		return c.proven(to), nil
	})
	if err != nil {
		return nil, err
	}
	c.markPublished(ctx, done)
	if done.changed {
		if wake, err = c.actedMeanwhile(ctx, parking); err != nil {
			return nil, err
		}
	}
	if wake {
		if err := c.Waker.Wake(ctx, c.req.Token); err != nil {
			return nil, err
		}
	}
	return step.Parked{RunID: c.req.RunID, Woken: wake}, nil
}

// actedMeanwhile reports whether there is an action to apply now that the token is
// stored: one that was stored after the run was read, and before the token was,
// found no token to wake. So does the end of what the run extends.
func (c *call) actedMeanwhile(ctx context.Context, parking engine.Parking) (bool, error) {
	rec, err := c.Store.LoadAll(ctx, c.req.RunID)
	if err != nil {
		return false, err
	}
	parking.Acts = rec.Acts
	if parking.Lost, err = c.lost(ctx, rec.Run); err != nil {
		return false, err
	}
	_, _, wake, err := engine.Park(rec.Run, parking, c.Now())
	return wake, err
}

// wake ends the wait of a run that has an action to apply: the function that
// stored it may have died before it could.
func (c *call) wake(ctx context.Context) (any, error) {
	rec, err := c.Store.LoadAll(ctx, c.req.RunID)
	if err != nil {
		return nil, err
	}
	c.run = rec.Run
	parked := step.Parked{RunID: rec.Run.ID}
	if token := rec.Run.Engine.Token; token != "" && rec.Run.HasAct(rec.Acts) {
		if err := c.Waker.Wake(ctx, token); err != nil {
			return nil, err
		}
		parked.Woken = true
	}
	return parked, nil
}
