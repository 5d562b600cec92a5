package stepfn

import "github.com/fasttrack-dev/fasttrack/internal/engine"

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

// The engine's limits stay within those of Step Functions: a negative constant
// doesn't compile. A hook's response has what the document leaves of a state.
const (
	_ = uint(maxEvents - engine.MaxTurns*eventsOfTurn)
	_ = uint(maxState - 2*maxDocument)
)
