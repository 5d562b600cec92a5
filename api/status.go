package api

import "slices"

// Status is the state of a request. It only moves forward: a request that has left
// a status never returns to it.
type Status string

// The statuses of a request.
const (
	// StatusRequested: stored; no hook has decided it, and it is not pending yet.
	StatusRequested Status = "requested"
	// StatusPending: waiting for approvers.
	StatusPending Status = "pending"
	// StatusApproved: approved. Final in a flow without a strategy; otherwise
	// access is being granted, or starts later; see [Request.AwaitsStart].
	StatusApproved Status = "approved"
	// StatusDenied: denied by a hook or an approver. Final.
	StatusDenied Status = "denied"
	// StatusExpired: nobody decided in time. Final.
	StatusExpired Status = "expired"
	// StatusCanceled: canceled by the requester before a decision, or before the start
	// that they chose. Final.
	StatusCanceled Status = "canceled"
	// StatusActive: access is granted and has not ended.
	StatusActive Status = "active"
	// StatusEnded: access ended on time. Final.
	StatusEnded Status = "ended"
	// StatusRevoked: access was revoked early. Final.
	StatusRevoked Status = "revoked"
	// StatusFailed: access could not be granted. Final.
	StatusFailed Status = "failed"
)

// Statuses returns all statuses that this release knows, in the order of a
// request's life.
func Statuses() []Status {
	return []Status{
		StatusRequested, StatusPending, StatusApproved, StatusDenied, StatusExpired, StatusCanceled,
		StatusActive, StatusEnded, StatusRevoked, StatusFailed,
	}
}

// Known reports whether this release knows the status. A newer server may send others.
func (s Status) Known() bool { return slices.Contains(Statuses(), s) }

// Decided reports whether the request was approved, denied, canceled or has expired.
// No approve, deny, cancel or expire can follow. An unknown status is not decided.
func (s Status) Decided() bool { return s.Known() && s != StatusRequested && s != StatusPending }

// Final reports whether nothing can follow the status. For StatusApproved that depends
// on the flow: set hasAccess if it grants access, which is to say that the request
// has a duration. An unknown status is not final.
func (s Status) Final(hasAccess bool) bool {
	switch s {
	case StatusDenied, StatusExpired, StatusCanceled, StatusEnded, StatusRevoked, StatusFailed:
		return true
	case StatusApproved:
		return !hasAccess
	}
	return false
}
