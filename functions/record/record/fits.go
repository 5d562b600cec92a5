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

// noRoom is the failure of a hook whose response the record of a run can't take.
var noRoom = &engine.Failure{Text: "failed: its answer does not fit into the record of this request", Raised: true}

// decided is the result of a step.
type decided struct {
	next     *run.Run
	changed  bool
	document stepfn.Document
}

// within decides. A response that doesn't fit into the item, or into the document for
// the next hook, counts as a failure of the hook: with it, the run could never be
// written again, and so would never end.
func within(rec store.Record, step engine.Step, now time.Time) (decided, error) {
	d, room, err := decideOnce(rec, step, now)
	if step.Response != nil && d.changed && !room {
		step.Response, step.Failure = nil, noRoom
		d, _, err = decideOnce(rec, step, now)
	}
	return d, err
}

// decideOnce decides. room reports whether the result fits; the error may also be
// that it doesn't.
func decideOnce(rec store.Record, step engine.Step, now time.Time) (d decided, room bool, err error) {
	if d.next, d.changed, err = engine.Decide(rec.Run, step, now); err != nil {
		return decided{}, false, err
	}
	if d.document, err = stepfn.NewDocument(d.next, now, json.RawMessage(rec.Context)); err != nil {
		return d, false, err
	}
	if room, err = store.HasRoom(d.next); err != nil {
		return d, false, fmt.Errorf("measure: %w", err)
	}
	return d, room, nil
}
