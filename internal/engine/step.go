package engine

import (
	"encoding/json"
	"errors"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Step is what Decide learns when the state machine enters it: which step this
// is, what was heard since the last one, and the acts of people.
type Step struct {
	// ID names the step, the same over its retries.
	ID string
	// Execution is the number of the execution that asks.
	Execution int
	// Turn is the turn that Heard and Caught belong to.
	Turn int
	// Heard is what a hook function answered, nil if none did.
	Heard *HookResponse
	// Caught is the error of the state before, nil if there was none.
	Caught *Caught
	// Acts are all acts about the run, in the order of their ids.
	Acts []run.Act
	// Hold is what the lease says of the run's access; zero where there is none.
	Hold run.Hold
	// Today is who may act now; nil leaves it to the run's own lists.
	Today *run.Today
	// Tallies are what counts against the flow's limits of fast-tracking; zero
	// where it has none.
	Tallies run.Tallies
	// NoWebhook reports that no webhook is configured, so that "webhook" delivers
	// nothing.
	NoWebhook bool
	// HooksVersion is the only version of the flow's hook function that is served
	// now, "" if that is not known.
	HooksVersion string
}

// ErrNotTheRuns means that a step is of an execution which is not (or no
// longer) the run's.
var ErrNotTheRuns = errors.New("this execution is not the run's")

// Heard is what a hook function answered, untrusted, and the function's
// version that did.
type HookResponse struct {
	Answer  json.RawMessage `json:"answer"`
	Version string          `json:"version"`
}
