package api

import "time"

// Extends is what a request extends: the access of another request, which it takes over
// once it is granted.
type Extends struct {
	// ID is the request whose access it extends.
	ID string `json:"id"`
	// Number counts the extensions of the access: the first is 1.
	Number int `json:"number"`
	// StartedAt is when the access began, in the first request that was extended.
	StartedAt time.Time `json:"started_at"`
	// EndsAt is when the access ends without the extension. The request's duration counts
	// from then.
	EndsAt time.Time `json:"ends_at"`
	// TotalSeconds is how long the access lasts without the extension: from StartedAt to
	// EndsAt.
	TotalSeconds int `json:"total_seconds"`
}

// ExtendRule is how far access of a flow may be extended.
type ExtendRule struct {
	// MaxTotalSeconds is the most that access may last with all its extensions.
	MaxTotalSeconds int `json:"max_total_seconds"`
	// DurationsSeconds are by how much, the first by default. Never null.
	DurationsSeconds []int `json:"durations_seconds"`
}

// Extension is the newest request that extends another.
type Extension struct {
	ID     string `json:"id"`
	Status Status `json:"status"`
}

// ExtendAllowed reports whether the caller may request an extension now.
type ExtendAllowed struct {
	May bool `json:"may"`
	// Why says, for people, why the caller may or may not.
	Why string `json:"why,omitempty"`
	// ReasonRequired reports whether an extension needs a reason. Nil if May is false.
	ReasonRequired *bool `json:"reason_required,omitempty"`
	// DurationsSeconds are the durations that may be requested. Absent if May is false.
	DurationsSeconds []int `json:"durations_seconds,omitempty"`
	// EndsAt is when access ends without an extension; a duration counts from then. Absent
	// if May is false.
	EndsAt time.Time `json:"ends_at,omitzero"`
}

// ExtendInput is the input of [Client.Extend].
type ExtendInput struct {
	// DurationSeconds is by how much access is to last longer, counted from its present
	// end. 0 is the first duration that the flow allows.
	DurationSeconds int `json:"duration_seconds,omitempty"`
	// Reason is up to 2,000 characters.
	Reason string `json:"reason,omitempty"`

	// IdempotencyKey is that of [CreateInput].
	IdempotencyKey string `json:"-"`
	// Wait is that of [CreateInput].
	Wait time.Duration `json:"-"`
	// Place is that of [CreateInput].
	Place string `json:"-"`
}
