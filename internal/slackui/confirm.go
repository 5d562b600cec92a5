package slackui

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// lasting says how long access is requested for.
func lasting(r api.Request) string {
	every := For(time.Duration(r.DurationSeconds) * time.Second)
	if r.UntilRevoked {
		return "until it is revoked, confirmed every " + every
	}
	return "for " + every
}

// unconfirmed reports whether a reminder to confirm access still holds.
func unconfirmed(e api.Event) bool {
	a := e.Request.Access
	return e.Entry.Event == api.EventRemind && e.Request.UntilRevoked && e.Request.Status == api.StatusActive && a != nil && a.EndsAt.Equal(e.Entry.EndsAt)
}

// confirmed says until when access goes on whose holder has pressed Confirm, or that its end
// has not moved yet.
func confirmed(r api.Request) string {
	a := r.Access
	if a == nil {
		return ""
	}
	if a.ConfirmedAt.IsZero() || r.You != nil && r.You.Confirm != nil && r.You.Confirm.May {
		return "Your confirmation is stored, and access is being granted anew. Until that is done it ends on " + At(a.EndsAt) + "."
	}
	return "Confirmed on " + At(a.ConfirmedAt) + ". Access ends on " + At(a.EndsAt) + " unless it is confirmed again."
}
