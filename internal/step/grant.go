package step

import "github.com/fasttrack-dev/fasttrack/internal/lease"

// GrantVersion is the newest version of [GrantRequest].
const GrantVersion = 3

// The operations of functions/grant.
const (
	Give  = "give"
	Take  = "take"
	Check = "check"
)

// GrantRequest is what functions/grant is invoked with, by the state machine and
// by functions/reconcile. The response to [Give] is the [stepfn.Document] of the
// wait that follows.
type GrantRequest struct {
	Version   int    `json:"version"`
	Operation string `json:"operation"`
	RunID     string `json:"run_id,omitempty"`
	// Execution is the name of an [Execution].
	Execution string `json:"execution,omitempty"`
	// Lease is the lease that [Check] reads once more.
	Lease *lease.Key `json:"lease,omitempty"`
}

// Taken is the response to [Take].
type Taken struct {
	RunID string `json:"run_id"`
	// Gone reports that access has been removed. Without it, access is not due to end
	// yet.
	Gone bool `json:"gone"`
}

// Checked is the response to [Check].
type Checked struct {
	// Found reports that access outlasted its end, and was removed.
	Found bool `json:"found"`
}
