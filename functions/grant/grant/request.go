// Package grant is the work of functions/grant: it gives and takes access, the
// only function that can. It takes ids from what it is asked, and everything
// else from the stored run; it writes leases alone.
package grant

import "github.com/fasttrack-dev/fasttrack/internal/lease"

// Request is what the state machine and functions/reconcile ask.
type Request struct {
	Version int `json:"version"`
	// Operation is "give", "take" or "check".
	Operation string `json:"operation"`
	RunID     string `json:"run_id,omitempty"`
	// Execution is the execution's name: the run's id, or "<id>-r<n>".
	Execution string `json:"execution,omitempty"`
	// Lease is what "check" reads once more.
	Lease *lease.Key `json:"lease,omitempty"`
}

// requestVersion is the newest version of Request that this code knows.
const requestVersion = 3

// Taken is the answer to "take".
type Taken struct {
	RunID string `json:"run_id"`
	// Gone tells that the access is taken back; without it, it was not time yet.
	Gone bool `json:"gone"`
}

// Checked is the answer to "check".
type Checked struct {
	// Found tells that access was there after its end, and was taken.
	Found bool `json:"found"`
}
