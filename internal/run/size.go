package run

import (
	"fmt"
)

// Size is the most that the run takes up as it is stored, in bytes: the whole of
// it, and the summary that is kept beside it while it waits for people. The error
// is for a run that is no JSON.
func (r *Run) Size() (int, error) {
	body, err := Encode(r)
	if err != nil {
		return 0, fmt.Errorf("run %s: %w", r.ID, err)
	}
	summary, err := Encode(r.Summary())
	if err != nil {
		return 0, fmt.Errorf("run %s: %w", r.ID, err)
	}
	return len(body) + len(summary), nil
}
