package engine

import (
	"encoding/json"
	"errors"

	"github.com/fasttrack-dev/fasttrack/internal/destination"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Step is what [Decide] learns when the state machine enters it: which step this
// is, the outcome of the call before it, and the acts of people.
type Step struct {
	// ID names the step, the same over its retries.
	ID string
	// Execution is the number of the execution that the step is of.
	Execution int
	// Turn is the turn that Response and Failure belong to.
	Turn int
	// Response is the response of a hook function, nil without one.
	Response *HookResponse
	// Failure is why the call before the step failed, nil if it did not.
	Failure *Failure
	// Acts are all acts about the run, in the order of their ids.
	Acts []run.Act
	// Hold is what the lease says of the run's access; zero without one.
	Hold run.Hold
	// Lost is why the access that the run extends can't be taken over any more; nil while it
	// can, and for a run that extends none.
	Lost error
	// Today is who may act now; nil leaves it to the run's own lists.
	Today *run.Today
	// Tallies are what counts against the flow's limits of fast-tracking; zero
	// where it has none.
	Tallies run.Tallies
	// Shelves are what the flow's hooks keep; zero where it keeps nothing.
	Shelves run.Shelves
	// Lacks are the destinations that nothing delivers to in this deployment.
	Lacks destination.Lacks
	// HooksVersion is the only version of the flow's hook function that is served
	// now, "" if unknown.
	HooksVersion string
}

// HookResponse is the response of a hook function, untrusted, and the version of
// the function that it is from.
type HookResponse struct {
	// Body is what the function returned.
	Body    json.RawMessage `json:"answer"`
	Version string          `json:"version"`
}

// Failure is why a call failed: of a hook function, or of the function that grants
// and revokes access.
type Failure struct {
	// Text says so for people, in words that follow the hook's name.
	Text string
	// Raised reports that the hook function itself raised an error.
	Raised bool
	// Final reports that retrying changes nothing.
	Final bool
	// Busy reports that nothing failed: another call is in progress on the access,
	// or one that was given up on may still have an effect.
	Busy bool
}

// busy reports whether nothing failed.
func (f *Failure) busy() bool { return f != nil && f.Busy }

// ErrNotTheRuns means that a step is of an execution which is not (or no
// longer) the run's.
var ErrNotTheRuns = errors.New("this execution is not the run's")
