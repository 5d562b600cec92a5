// Package strategy defines how access is granted and removed: one implementation
// for each type of strategy, all behind one interface. Who may hold what, and for how
// long, is decided before a strategy is called. The contract of a Lambda function
// that is a strategy is the public package strategy.
package strategy

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Access is one person's access to one target.
type Access struct {
	// RunID is the run that a call is made for.
	RunID string
	// Fence is higher in each call about the same access: a call with a lower one
	// than another is late, and must change nothing.
	Fence int64
	// Person is who gets the access.
	Person run.Person
	Target Target
	// Config is the flow's strategy block, Type and Function out of it.
	Config json.RawMessage
	// Function is the Lambda of a strategy of type lambda.
	Function string
	// Version is the version of the contract that Function speaks; 0 is 1.
	Version int
	// DurationSeconds is how long access is requested for, EndsAt when it ends, an
	// estimate before it exists. Both are for information: a call to Take ends the
	// access.
	DurationSeconds int
	EndsAt          time.Time
	// Flow, Reason, Fields and ApprovedBy are the request's. A sensitive field is
	// among Fields only if the flow's strategy block lists it.
	Flow       Flow
	Reason     string
	Fields     map[string]json.RawMessage
	ApprovedBy []run.Actor
	// CreatedByUs reports that a give made the access, or may have. Output is what
	// give returned for the run.
	CreatedByUs bool
	Output      json.RawMessage
	// Requests are the notes of earlier calls, oldest first, since it was last
	// known that nobody has the access. What they stand for may still be under
	// way.
	Requests []string
}

// Flow is the flow of a request.
type Flow struct {
	Name, Label string
	Vars        json.RawMessage
}

// Given is the outcome of Give.
type Given struct {
	// Created reports that the call made the access, which the end removes. Found reports
	// that the access existed, although [Blind.Look] did not find it just before.
	Created, Found bool
	// Output is for the requester and viewers, Sensitive for the requester alone; nil
	// for none.
	Output, Sensitive json.RawMessage
	// Ignored names response members of a newer version of the contract.
	Ignored []string
}

// Target is what the person gets access to.
type Target struct {
	ID       string          `json:"id"`
	Label    string          `json:"label,omitempty"`
	Settings json.RawMessage `json:"settings,omitempty"`
}

// Ledger is what a call leaves on record as it goes, so that a later call knows
// it even if this one crashes. An error of it ends the call.
type Ledger interface {
	// Note keeps the id of something that AWS goes on doing after it has answered.
	// It is called before the waiting.
	Note(ctx context.Context, id string) error
	// Creating records, just before the access is made, that it was read as absent:
	// from then on it is ours to remove. note is kept as by Note, for as long
	// as it is; "" for nothing to note. An error means that nothing may be made.
	Creating(ctx context.Context, note string) error
}

// Gone is what is known about access that was taken.
type Gone = lease.Gone

// Strategy grants and removes access. All three can be called again at any time,
// and then find nothing left to do.
//
// An error is a [Refused] if a retry can't help; any other may pass. A call
// that returned an error may have done its work all the same.
type Strategy interface {
	// Give makes the access, and returns once it exists: it waits for what AWS does
	// asynchronously, also for what was under way before.
	Give(ctx context.Context, a Access, l Ledger) (Given, error)
	// Take removes the access of all for whom it was noted to be made, and returns
	// once it no longer exists. What an earlier Give started and did not see the end
	// of is waited for first.
	Take(ctx context.Context, a Access, l Ledger) (Gone, error)
	// Has reports whether the access is there: for those for whom it was noted to
	// be made, or where none are noted, for the person.
	Has(ctx context.Context, a Access) (bool, error)
}

// Blind is a strategy whose Give can't record that it makes the access before it
// does. What [Blind.Look] does not find just before counts as made by Give, unless
// Give reports that it found it.
type Blind interface {
	Strategy
	// Look reports whether the access exists.
	Look(ctx context.Context, a Access) (bool, error)
}

// Outlasted is a strategy whose access may be used after it was taken, by what was
// begun with it.
type Outlasted interface {
	Strategy
	// Outlasts says so, in a sentence for people.
	Outlasts() string
}

// Refused means that access can't be given or taken as things stand: the
// target's settings are wrong, the user is unknown. Its text is shown to the
// requester and to reviewers.
type Refused struct{ Reason string }

func (e Refused) Error() string { return e.Reason }

// Refuse returns a [Refused].
func Refuse(format string, args ...any) error { return Refused{fmt.Sprintf(format, args...)} }

// Set holds strategies by their type, as flows.yaml names them.
type Set map[string]Strategy
