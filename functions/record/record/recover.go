package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Recovered is the answer to "recover" and says how the run's present execution
// is started, unless the run is over.
type Recovered struct {
	Over bool `json:"over"`
	// Name is the execution's name, Document its input. A document without a
	// hook to ask needs one that says nothing: the first state asks.
	Name     string       `json:"name"`
	Document run.Document `json:"document"`
}

// recover tells how a run's execution is started; if the present one has ended,
// its next. Repeated, it tells the same.
func (h *Handler) recover(ctx context.Context, req Request, execution int) (r *run.Run, answer any, err error) {
	for range conflicts {
		rec, err := h.Store.LoadAll(ctx, req.RunID)
		if err != nil {
			return r, nil, err
		}
		r = rec.Run
		published := published(rec, run.NoTurn)
		next, changed, now := r, false, h.Now()
		tallies, err := h.tallies(ctx, r)
		if err != nil {
			return r, nil, err
		}
		if req.Ended {
			if next, changed, err = run.Recover(r, run.Recovery{
				Execution: execution, Close: req.Close, Drain: req.Drain, Failed: req.Failed, Cause: req.Cause,
				Step: run.Step{NoWebhook: h.NoWebhook, Acts: rec.Acts, Today: h.today(), Tallies: tallies}, NonceKey: run.NewNonceKey(),
			}, now); err != nil {
				return r, nil, err
			}
		}
		if changed {
			next.Engine.Published = published.entries
			if err := h.save(ctx, rec, next, tallies.Counted(r, next), now); errors.Is(err, store.ErrConflict) {
				continue
			} else if err != nil {
				return r, nil, err
			}
			h.measure(r, next)
		}
		if err := h.publish(ctx, next, published); err != nil {
			return r, nil, err
		}
		h.markPublished(ctx, next, published)
		doc, err := next.RecoveryDocument(h.Now(), json.RawMessage(rec.Context))
		if err != nil {
			return r, nil, err
		}
		return next, Recovered{Over: next.Over(), Name: next.ExecutionName(), Document: doc}, nil
	}
	return r, nil, Unavailable{fmt.Sprintf("run %s: it was changed %d times while recovering", req.RunID, conflicts)}
}

// wake ends the wait of a run that has an act to deal with: the function that
// stored it may have died before it could.
func (h *Handler) wake(ctx context.Context, req Request) (r *run.Run, answer any, err error) {
	rec, err := h.Store.LoadAll(ctx, req.RunID)
	if err != nil {
		return r, nil, err
	}
	r = rec.Run
	parked := Parked{RunID: r.ID}
	if r.Engine.Token != "" && r.HasAct(rec.Acts) {
		if err := h.Waker.Wake(ctx, r.Engine.Token); err != nil {
			return r, nil, err
		}
		parked.Woken = true
	}
	return r, parked, nil
}
