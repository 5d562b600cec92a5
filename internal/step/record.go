package step

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
)

// RecordVersion is the newest version of [RecordRequest]. The state machine of
// each release goes on sending the version it was deployed with: 1 is of a
// machine without access, 2 of one without nonces.
const RecordVersion = 3

// The versions of [RecordRequest] that brought something.
const (
	WithAccess = 2 // the machine has states that grant and remove access
	WithNonce  = 3 // the request has the nonce of its turn
)

// The operations of functions/record.
const (
	Decide  = "decide"
	Park    = "park"
	Recover = "recover"
	Wake    = "wake"
	// Resume is the first state of a recovery that an older release started.
	Resume = "resume"
)

// RecordRequest is what functions/record is invoked with, by the state machine
// and by functions/reconcile. It has ids, the outcome of a hook and, to park a
// wait, a task token; everything else is in the run.
type RecordRequest struct {
	Version   int    `json:"version"`
	Operation string `json:"operation"`
	RunID     string `json:"run_id"`
	// Execution is the name of an [Execution].
	Execution string `json:"execution"`
	Step      ID     `json:"step,omitzero"`
	// LaneSince is when the execution began if the request comes from the lane: its
	// time is short. See [stepfn.Document.FitLane].
	LaneSince time.Time            `json:"lane_since,omitzero"`
	Turn      engine.Turn          `json:"turn,omitzero"`
	Response  *engine.HookResponse `json:"heard,omitempty"`
	Caught    *stepfn.Caught       `json:"caught,omitempty"`
	// Token wakes the wait that is parked.
	Token string `json:"token,omitempty"`
	// Ended has [Recover] give the run its next execution, because this one is
	// over. Close, Drain, Failed and Cause are those of [engine.Recovery].
	Ended  bool           `json:"ended,omitempty"`
	Close  bool           `json:"close,omitempty"`
	Drain  bool           `json:"drain,omitempty"`
	Failed *stepfn.Caught `json:"failed,omitempty"`
	Cause  string         `json:"cause,omitempty"`
}

// ID is where in the execution a request comes from. EnteredAt is the same over
// the retries of a state.
type ID struct {
	State        string    `json:"state"`
	EnteredAt    time.Time `json:"entered_at"`
	RetryCount   int       `json:"retry_count,omitempty"`
	RedriveCount int       `json:"redrive_count,omitempty"`
}

// Parked is the response to [Park] and [Wake]. The state machine ignores it.
type Parked struct {
	RunID string `json:"run_id"`
	Woken bool   `json:"woken"`
}

// Recovered is the response to [Recover]: how to start the run's present
// execution, unless the run is over.
type Recovered struct {
	Over bool `json:"over"`
	// Name is the execution's name and Document its input. Where the document has
	// no hook, the caller adds one that decides nothing: the first state invokes
	// one.
	Name     string          `json:"name"`
	Document stepfn.Document `json:"document"`
}
