package stepfn

import (
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The limits of Step Functions
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const (
	// maxEvents is how many events the history of an execution holds.
	maxEvents = 25_000
	// maxState is how much the input or output of a state holds, in bytes.
	maxState = 256 << 10
)

// eventsOfTurn is the most events that one turn adds to an execution. A turn passes
// Record, Route and one state of work or a wait; with their retries these are about
// a dozen.
const eventsOfTurn = 16

// eventsOfLook is the most events that a look at active access adds: Active, TakeBack,
// Record, Route, Hook, Record and Route, which are 30 without retries. It is two turns.
const eventsOfLook = 48

// The engine's limits stay within those of Step Functions: a negative constant
// doesn't compile. A hook's response has what the document leaves of a state.
const (
	_ = uint(maxEvents - (engine.MaxTurns-2*run.MaxLooks)*eventsOfTurn - run.MaxLooks*eventsOfLook)
	_ = uint(maxState - 2*maxDocument)
)
