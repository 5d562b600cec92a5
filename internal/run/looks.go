package run

import "time"

// Looks is what came of looking again at active access; see [Flow.LookSeconds]. Only the
// first and the last look are kept, however long the access lasts.
type Looks struct {
	Count   int       `json:"count"`
	FirstAt time.Time `json:"first_at"`
	LastAt  time.Time `json:"last_at"`
	// Failed counts the looks that could not be done, or not wholly. Error is why the
	// last of them could not.
	Failed        int       `json:"failed,omitempty"`
	FirstFailedAt time.Time `json:"first_failed_at,omitzero"`
	LastFailedAt  time.Time `json:"last_failed_at,omitzero"`
	Error         string    `json:"error,omitempty"`
	// Failing reports that the last look failed.
	Failing bool `json:"failing,omitempty"`
	// Noted is how many failures the history has.
	Noted int `json:"noted,omitempty"`
	// Here counts those of the present execution.
	Here int `json:"here,omitempty"`
}
