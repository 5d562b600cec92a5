// Package export writes and reads requests outside of the table: what auditors keep,
// and enough to call hooks with the request again. It has no sensitive values.
package export

import (
	"encoding/json"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// View is the request as the API shows it, with its history and what on_request
// returned in shadow mode.
type View = api.Request

// Run is a line of an exported file.
type Run struct {
	View
	Asked Asked `json:"asked"`
}

// Asked is the request as hooks got it.
type Asked struct {
	// Flow is the flow's block of that time.
	Flow      run.Flow   `json:"flow"`
	Requester run.Person `json:"requester"`
	// For is whom it was for; nil where that is the requester.
	For     *run.Person `json:"for,omitempty"`
	Channel run.Channel `json:"channel"`
	// Place is where in the channel; "" if unknown.
	Place string `json:"place,omitempty"`
	// Fields has targets with their settings.
	Fields          map[string]json.RawMessage `json:"fields"`
	DurationSeconds int                        `json:"duration_seconds,omitempty"`
	// UntilRevoked reports that access was to last until it is revoked: DurationSeconds is
	// then how often it is confirmed.
	UntilRevoked bool              `json:"until_revoked,omitempty"`
	Context      json.RawMessage   `json:"context,omitempty"`
	Recent       *run.Recent       `json:"recent,omitempty"`
	RecentCounts *run.RecentCounts `json:"recent_counts,omitempty"`
}

// Of returns a request as it is exported. context is what the requester sent along,
// nil for none.
func Of(r *run.Run, context json.RawMessage) Run {
	out := Run{View: r.View(), Asked: Asked{
		Flow: r.Flow, Requester: r.Requester.Shown(), Channel: r.Channel, Place: r.Source().Place, Fields: r.Fields,
		DurationSeconds: r.DurationSeconds, UntilRevoked: r.UntilRevoked, Context: context, Recent: r.Recent, RecentCounts: r.RecentCounts,
	}}
	if r.RequestedSeconds > 0 {
		out.Asked.DurationSeconds = r.RequestedSeconds
	}
	if out.Asked.Fields == nil {
		out.Asked.Fields = map[string]json.RawMessage{}
	}
	out.Shadow = r.Shadow
	if r.For != nil {
		person := r.For.Shown()
		out.Asked.For = &person
	}
	return out
}

// Request returns the request as it was made, to call hooks with it again. Of
// sensitive fields it has only the names, as hooks do.
func (r Run) Request() run.Draft {
	a := run.Draft{
		ID: r.ID, Flow: r.Asked.Flow, Requester: r.Asked.Requester, For: r.Asked.For, Channel: r.Asked.Channel, Place: r.Asked.Place, Fields: r.Asked.Fields,
		Extends: r.Extends, Reason: r.Reason, DurationSeconds: r.Asked.DurationSeconds, StartsAt: r.StartsAt, Context: r.Asked.Context, Recent: r.Asked.Recent, RecentCounts: r.Asked.RecentCounts,
		UntilRevoked: r.Asked.UntilRevoked || r.UntilRevoked, // the latter in files of older releases
	}
	for _, name := range r.Withheld {
		if a.Sensitive == nil {
			a.Sensitive, a.Salt = map[string]json.RawMessage{}, "none"
		}
		a.Sensitive[name] = json.RawMessage("null")
	}
	return a
}
