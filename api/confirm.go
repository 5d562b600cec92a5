package api

import "time"

// ConfirmInput is what [Client.Confirm] sends.
type ConfirmInput struct {
	// Note has up to 2,000 characters.
	Note string `json:"note,omitempty"`

	ActionOptions `json:"-"`
}

// ConfirmAllowed reports whether the caller may confirm now that access which lasts until it
// is revoked is still needed.
type ConfirmAllowed struct {
	May bool `json:"may"`
	// Why says, for people, why the caller may or may not.
	Why string `json:"why,omitempty"`
	// From and Until are when it may be confirmed: from half of its time on, until 15
	// minutes before its end.
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}
