package run

import (
	"time"
)

// Access is how far a run's access has come. The run keeps both proofs: that
// it was there, and that it is gone.
type Access struct {
	// StartsAt is when the strategy read back that the access is there, EndsAt
	// that and the run's duration. Both are zero where none was given.
	StartsAt time.Time `json:"starts_at,omitzero"`
	EndsAt   time.Time `json:"ends_at,omitzero"`
	// Given and Gone say how it is known.
	Given string `json:"given,omitempty"`
	Gone  string `json:"gone,omitempty"`
	// GoneAt is when it was read back that the access is gone, or known that
	// none of it is this run's.
	GoneAt time.Time `json:"gone_at,omitzero"`
	// SessionsUntil is until when a session that was begun with the access may
	// still go on; zero where none outlasts it.
	SessionsUntil time.Time `json:"sessions_until,omitzero"`
	// SessionsOf are the ids, separated by a space, of those whose they are.
	SessionsOf string `json:"sessions_of,omitempty"`
	// Error is why the last attempt to give or to take back failed, FailedAt when,
	// RetryAt when the next is. Tries counts those that are retried soon, Failures
	// the later ones to take back, after which the run counts as failing.
	Error    string    `json:"error,omitempty"`
	FailedAt time.Time `json:"failed_at,omitzero"`
	RetryAt  time.Time `json:"retry_at,omitzero"`
	Tries    int       `json:"tries,omitempty"`
	Failures int       `json:"failures,omitempty"`
	// Warned is the turn in which people were to be notified that it fails.
	Warned int `json:"warned,omitempty"`
}

// HoldState is how far access has come for one run.
type HoldState string

// The states of a hold, in the order of its life. NoHold is that of a run which
// the lease doesn't know.
const (
	NoHold  HoldState = ""
	Giving  HoldState = "giving"
	Held    HoldState = "held"
	Unable  HoldState = "unable"
	Taking  HoldState = "taking"
	Dropped HoldState = "dropped"
)

// ReadBack is how the end of access is known where there is no more to say.
const ReadBack = "Its absence was read back."

// Hold is what the lease of an access says about one run: functions/grant wrote
// it, and a run believes nothing else about its access.
type Hold struct {
	State HoldState `json:"state"`
	// At is when the state was reached: for Held and Dropped, when it was read
	// back.
	At time.Time `json:"at"`
	// How says how it is known, for people.
	How string `json:"how,omitempty"`
	// SessionsUntil is until when a session that was begun with the access may
	// still go on after it was taken back; zero where none outlasts it.
	SessionsUntil time.Time `json:"sessions_until,omitzero"`
	// SessionsOf are the ids, separated by a space, of those whose they are.
	SessionsOf string `json:"sessions_of,omitempty"`
	// Error says why it could not be given, for people.
	Error string `json:"error,omitempty"`
}
