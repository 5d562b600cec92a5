package record

import (
	"context"
	"encoding/json"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// planned reports whether the next execution of a run replaces one that goes on.
func planned(req step.RecordRequest, r *run.Run, now time.Time) bool {
	return !req.Close && !req.Drain && req.Failed == nil && r.Outgrown(now)
}

// recover returns how to start the run's present execution or, if that has ended,
// moves the run to its next. Repeated, it returns the same.
func (c *call) recover(ctx context.Context) (any, error) {
	var sent []byte
	done, err := c.write(ctx, engine.NoTurn, func(rec store.Record) (change, error) {
		sent = rec.Context
		tallies, err := c.tallies(ctx, rec.Run)
		if err != nil || !c.req.Ended {
			return change{next: rec.Run}, err
		}
		shelves, err := c.shelves(ctx, rec.Run)
		if err != nil {
			return change{}, err
		}
		next, changed, err := engine.Recover(rec.Run, engine.Recovery{
			Execution: c.execution, Close: c.req.Close, Drain: c.req.Drain, Planned: planned(c.req, rec.Run, c.Now()), Failed: stepfn.Failure(rec.Run, c.req.Failed), Cause: c.req.Cause,
			Step: engine.Step{Lacks: c.Lacks, Acts: rec.Acts, Today: c.today(), Tallies: tallies, Shelves: shelves}, NonceKey: run.NewNonceKey(),
		}, c.Now())
		if err != nil {
			return change{}, err
		}
		return change{next, changed, tallies.Counted(rec.Run, next)}, nil
	})
	if err != nil {
		return nil, err
	}
	c.markPublished(ctx, done)
	next := done.next
	document, err := stepfn.NewRecoveryDocument(next, c.Now(), json.RawMessage(sent))
	if err != nil {
		return nil, err
	}
	if err := c.addStore(ctx, next, &document); err != nil {
		return nil, err
	}
	return step.Recovered{Over: next.Over(), Name: step.ExecutionOf(next).Name(), Document: document}, nil
}
