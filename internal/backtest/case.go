// Package backtest calls the hooks of today with past requests, and compares their
// outcomes with what became of the requests.
package backtest

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/export"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Kind is what became of a request.
type Kind string

// The kinds. Code is any hook. An open request waits for people or for hooks.
const (
	PeopleApproved Kind = "people_approved"
	PeopleDenied   Kind = "people_denied"
	CodeApproved   Kind = "code_approved"
	CodeDenied     Kind = "code_denied"
	Expired        Kind = "expired"
	Canceled       Kind = "canceled"
	Open           Kind = "open"
	// Emergency is a request whose glass was broken: nobody decided it.
	Emergency Kind = "emergency"
)

// Kinds are the kinds that each report has, in its order. An emergency is one more where
// there are any; see [Comparison.Kinds].
var Kinds = []Kind{PeopleApproved, PeopleDenied, CodeApproved, CodeDenied, Expired, Canceled, Open}

// Says is the outcome of hooks for a request.
type Says string

// The outcomes. Held is an approval above the limits of fast_track, which goes to
// people. Failed goes to people because a hook failed.
const (
	Approve Says = "approve"
	Deny    Says = "deny"
	People  Says = "people"
	Held    Says = "held"
	Failed  Says = "failed"
)

// AllSays are all outcomes, in the order of a report.
var AllSays = []Says{Approve, Deny, People, Held, Failed}

// Case is a past request, what became of it, and what hooks would do today.
type Case struct {
	ID        string `json:"id"`
	Flow      string `json:"flow"`
	Requester string `json:"requester"`
	// For is whom it was for, if that is somebody else.
	For       string    `json:"for,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	// StartsAt is when its access was to start, if the requester chose a time.
	StartsAt time.Time `json:"starts_at,omitzero"`
	// Extends is the request whose access it was to extend, if any.
	Extends string `json:"extends,omitempty"`
	// What is the fields in a line, and Why the requester's reason.
	What string `json:"what,omitempty"`
	Why  string `json:"why,omitempty"`
	Then Then   `json:"then"`
	Now  Now    `json:"now"`
	// Shadow is the on_request outcome of that time, in shadow mode.
	Shadow *Now `json:"shadow,omitempty"`
}

// Then is what became of a request.
type Then struct {
	Kind   Kind      `json:"kind"`
	By     string    `json:"by,omitempty"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// Now is the outcome of hooks for a request.
type Now struct {
	Says   Says        `json:"says"`
	Reason string      `json:"reason,omitempty"`
	Checks []run.Check `json:"checks,omitempty"`
	Errors []string    `json:"errors,omitempty"`
	// HooksVersion is the version of the function that responded.
	HooksVersion string `json:"hooks_version,omitempty"`
	// NotCalled are the flow's hooks that were not called.
	NotCalled []run.HookName `json:"not_called,omitempty"`
}

// Of returns the case of an exported request, without an outcome of today.
func Of(r export.Run) Case {
	c := Case{
		ID: r.ID, Flow: r.Flow, Requester: cmp.Or(r.Requester.Email, r.Requester.ID), CreatedAt: r.CreatedAt, StartsAt: r.StartsAt, What: what(r.Fields), Why: r.Reason, Then: then(r.View),
	}
	if p := r.Asked.For; p != nil {
		c.For = cmp.Or(p.Email, p.ID)
	}
	if x := r.Extends; x != nil {
		c.Extends = x.ID
	}
	if v := r.Shadow; v != nil {
		c.Shadow = &Now{Says: People, Reason: v.Reason, Checks: v.Checks}
		switch {
		case v.Error != "":
			c.Shadow.Says, c.Shadow.Errors = Failed, []string{v.Error}
		case v.Event != "":
			c.Shadow.Says = Says(v.Event)
		}
	}
	return c
}

// then returns what became of a request.
func then(v api.Request) Then {
	d := v.Decision
	if d == nil {
		return Then{Kind: Open}
	}
	t := Then{Reason: d.Reason, At: d.At, By: cmp.Or(d.By.Email, d.By.ID)}
	code := d.By.Type == run.HookActor
	switch d.Event {
	case run.Approve:
		t.Kind = PeopleApproved
		switch {
		case code:
			t.Kind = CodeApproved
		case d.By.Type == run.EngineActor:
			t.Kind = Emergency
		}
	case run.Deny:
		t.Kind = PeopleDenied
		if code {
			t.Kind = CodeDenied
		}
	case run.Cancel:
		t.Kind = Canceled
	default:
		t.Kind = Expired
	}
	return t
}

// what returns the fields in a line. A target is its id.
func what(fields map[string]json.RawMessage) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		var target struct{ ID string }
		value := string(fields[name])
		if json.Unmarshal(fields[name], &target) == nil && target.ID != "" {
			value = target.ID
		} else if s := ""; json.Unmarshal(fields[name], &s) == nil {
			value = s
		}
		if runes := []rune(value); len(runes) > 60 {
			value = string(runes[:60]) + "…"
		}
		parts = append(parts, name+"="+strings.Join(strings.Fields(value), " "))
	}
	return strings.Join(parts, " ")
}

// NowOf returns the outcome of a verdict.
func NowOf(v replay.Verdict) Now {
	n := Now{Says: Says(v.Outcome), Reason: v.Reason, Checks: v.Checks, Errors: v.Errors, HooksVersion: v.HooksVersion, NotCalled: v.NotCalled}
	if v.Failed() {
		n.Says = Failed
	}
	if n.Reason == "" && len(v.Ignored) > 0 {
		n.Reason = v.Ignored[0]
	}
	return n
}
