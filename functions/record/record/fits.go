package record

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// tooLarge is the failure of a hook whose response doesn't fit into the stored run.
var tooLarge = &engine.Failure{Text: "failed: its response does not fit into the record of this request", Raised: true}

// decision is the result of a step.
type decision struct {
	next     *run.Run
	changed  bool
	document stepfn.Document
}

// decideToFit returns the decision of a step. If the hook's response doesn't fit into
// the stored run, or into the document for the next hook, it decides again as if the
// hook had failed. A run that can't be written would never end.
func decideToFit(rec store.Record, step engine.Step, now time.Time) (decision, error) {
	d, fits, err := decideOnce(rec, step, now)
	if step.Response != nil && d.changed && !fits {
		step.Response, step.Failure = nil, tooLarge
		d, _, err = decideOnce(rec, step, now)
	}
	return d, err
}

// decideOnce returns the decision of a step, and whether the run and its document fit.
// If they don't, err may be set too.
func decideOnce(rec store.Record, step engine.Step, now time.Time) (d decision, fits bool, err error) {
	if d.next, d.changed, err = engine.Decide(rec.Run, step, now); err != nil {
		return decision{}, false, err
	}
	if d.document, err = stepfn.NewDocument(d.next, now, json.RawMessage(rec.Context)); err != nil {
		return d, false, err
	}
	if fits, err = store.HasRoom(d.next); err != nil {
		return d, false, fmt.Errorf("measure: %w", err)
	}
	return d, fits, nil
}
