package run

import (
	"fmt"
	"time"
)

// Append adds an entry to the history and moves the status; [Run.Seal] seals it. It
// refuses any transition that the forward-only table of [May] doesn't have.
func (r *Run) Append(now time.Time, to Status, e Entry) error {
	if !May(r.Status, e.Event, to) {
		return fmt.Errorf("%s may not lead from %q to %q", e.Event, r.Status, to)
	}
	e.Seq, e.At, e.Status = len(r.History)+1, Stamp(now), to
	r.History = append(r.History, e)
	r.Status, r.UpdatedAt = to, e.At
	return nil
}
