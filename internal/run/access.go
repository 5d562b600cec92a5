package run

import (
	"time"
)

// Access is how far a run's access has come. The run keeps both proofs: that it was
// granted, and that it was removed.
type Access struct {
	// StartsAt is when the strategy read the granted access back, EndsAt that and the
	// run's duration. Both are zero if none was granted.
	StartsAt time.Time `json:"starts_at,omitzero"`
	EndsAt   time.Time `json:"ends_at,omitzero"`
	// ConfirmedAt is when access that lasts until it is revoked was confirmed last: EndsAt
	// counts from then. Reminded is how often its holder was reminded since.
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
	Reminded    int       `json:"reminded,omitempty"`
	// Given and Gone say how it was read back.
	Given string `json:"given,omitempty"`
	Gone  string `json:"gone,omitempty"`
	// GoneAt is when the removal was read back, or when none of the access was this
	// run's any more.
	GoneAt time.Time `json:"gone_at,omitzero"`
	// SessionsUntil is until when a session that began with the access may go on;
	// zero if none outlasts it.
	SessionsUntil time.Time `json:"sessions_until,omitzero"`
	// SessionsOf are the ids, separated by a space, of those whose they are.
	SessionsOf string `json:"sessions_of,omitempty"`
	// Error is why the last attempt to grant or to remove access failed, FailedAt
	// when, RetryAt when the next one is. Tries counts those that are retried soon,
	// Failures the later ones to remove it, after which the run counts as failing.
	Error    string    `json:"error,omitempty"`
	FailedAt time.Time `json:"failed_at,omitzero"`
	RetryAt  time.Time `json:"retry_at,omitzero"`
	Tries    int       `json:"tries,omitempty"`
	Failures int       `json:"failures,omitempty"`
	// Warned is the turn in which people were notified that it fails.
	Warned int `json:"warned,omitempty"`
}

// HoldState is how far access has come for one run.
type HoldState string

// The states of a hold, in the order of its life. NoHold is the state of a run that
// the lease doesn't have.
const (
	NoHold  HoldState = ""
	Giving  HoldState = "giving"
	Held    HoldState = "held"
	Unable  HoldState = "unable"
	Taking  HoldState = "taking"
	Dropped HoldState = "dropped"
)

// ReadBack is how the removal of access is known, unless the strategy says more.
const ReadBack = "Its absence was read back."

// Hold is what the lease of an access says about one run. functions/grant writes it,
// and a run believes nothing else about its access.
type Hold struct {
	State HoldState `json:"state"`
	// At is when the state was reached: for Held and Dropped, when it was read
	// back.
	At time.Time `json:"at"`
	// How says for people how the state was read back.
	How string `json:"how,omitempty"`
	// SessionsUntil is until when a session that began with the access may go on
	// after its removal; zero if none outlasts it.
	SessionsUntil time.Time `json:"sessions_until,omitzero"`
	// SessionsOf are the ids, separated by a space, of those whose they are.
	SessionsOf string `json:"sessions_of,omitempty"`
	// ConfirmedBy is the act for which the access was last granted anew; see
	// [Run.Confirming]. Of Held alone.
	ConfirmedBy string `json:"confirmed_by,omitempty"`
	// Error says for people why it could not be granted.
	Error string `json:"error,omitempty"`
	// TakenOverBy is the run that extends this one and has the access now. RevokedWith is
	// the run that this one extended: its revoke revoked both. Both are of Dropped alone.
	TakenOverBy string `json:"taken_over_by,omitempty"`
	RevokedWith string `json:"revoked_with,omitempty"`
}

// Elsewhere reports whether the run lost the access to another, which took it over or was
// revoked.
func (h Hold) Elsewhere() bool { return h.TakenOverBy != "" || h.RevokedWith != "" }
