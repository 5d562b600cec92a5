package record

import (
	"context"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// decide applies the outcome of a step and the actions of people, and returns
// what comes next.
func (c *call) decide(ctx context.Context) (any, error) {
	var document stepfn.Document
	done, err := c.write(ctx, c.req.Turn.Number, func(rec store.Record) (change, error) {
		s, err := c.step(ctx, rec)
		if err != nil {
			return change{}, err
		}
		d, err := decideToFit(rec, s, c.Now())
		if err != nil {
			return change{}, err
		}
		document = c.followable(d.document)
		document.FitLane(c.req.LaneSince, c.Now())
		return c.proven(change{d.next, d.changed, s.Tallies.Counted(rec.Run, d.next)}), nil
	})
	if err != nil {
		return nil, err
	}
	if err := c.addOutput(ctx, done.next, &document); err != nil {
		return nil, err
	}
	if err := c.addStore(ctx, done.next, &document); err != nil {
		return nil, err
	}
	return document, nil
}

// step reads what [engine.Decide] needs beside the run.
func (c *call) step(ctx context.Context, rec store.Record) (engine.Step, error) {
	r := rec.Run
	if err := c.admit(r); err != nil {
		return engine.Step{}, err
	}
	if people := r.Separated(rec.Acts); len(people) > 0 {
		if err := c.Store.Linked(ctx, c.today().LinksOf, people...); err != nil {
			return engine.Step{}, err
		}
	}
	hold, err := c.hold(ctx, r)
	if err != nil {
		return engine.Step{}, err
	}
	lost, err := c.lost(ctx, r)
	if err != nil {
		return engine.Step{}, err
	}
	tallies, err := c.tallies(ctx, r)
	if err != nil {
		return engine.Step{}, err
	}
	shelves, err := c.shelves(ctx, r)
	if err != nil {
		return engine.Step{}, err
	}
	return engine.Step{
		ID: c.stepID(), Execution: c.execution, Turn: c.req.Turn.Number, Response: c.req.Response, Failure: stepfn.Failure(r, c.req.Caught),
		Acts: rec.Acts, Hold: hold, Lost: lost, Today: c.today(), Tallies: tallies, Shelves: shelves, Lacks: c.Lacks, HooksVersion: c.hooksVersion(ctx, rec),
	}, nil
}

// admit refuses a step that is not the run's own.
func (c *call) admit(r *run.Run) error {
	return engine.Admit(r, c.execution, c.req.Turn, c.req.Version >= step.WithNonce)
}

// stepID names the step, the same over its retries. The turn distinguishes steps
// that are entered within one millisecond, the resolution of EnteredTime.
func (c *call) stepID() string {
	s := c.req.Step
	return fmt.Sprintf("%s/%s/%d/%d", s.State, s.EnteredAt.UTC().Format(time.RFC3339Nano), c.execution, c.req.Turn.Number)
}

// proven notes in a changed run that its execution sends nonces: no step without
// one is believed any more.
func (c *call) proven(to change) change {
	if e := &to.next.Engine; to.changed && c.req.Turn.Nonce != "" && e.NonceKey != "" {
		e.Proven = e.Execution + 1
	}
	return to
}

// followable returns the document as the state machine can follow it. A machine that
// was deployed before there was access ends its execution where access comes next;
// functions/reconcile starts another, of the present machine.
func (c *call) followable(d stepfn.Document) stepfn.Document {
	if c.req.Version >= step.WithAccess {
		return d
	}
	switch d.Next {
	case run.NextGrant, run.NextGiveAgain, run.NextActive, run.NextTakeBack, run.NextPause, run.NextEnded, run.NextRevoked, run.NextFailed:
		d.Next = run.NextApproved
	}
	return d
}
