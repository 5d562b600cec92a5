// Package strategy is how access is given and taken back: one implementation a
// type of strategy, all behind one interface. A strategy knows no runs and no
// leases; who may hold what, and for how long, is decided before it is called.
package strategy

import (
	"context"
	"encoding/json"
	"fmt"

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
	// DurationSeconds is how long access is asked for. It is for information: it
	// is taken back by a call to Take, whatever else happens.
	DurationSeconds int
	// Requests are the notes of earlier calls, oldest first, since it was last
	// known that nobody has the access. What they stand for may still be under
	// way.
	Requests []string
}

// Target is what access is given to.
type Target struct {
	ID       string          `json:"id"`
	Label    string          `json:"label,omitempty"`
	Settings json.RawMessage `json:"settings,omitempty"`
}

// Note stores the id of something that AWS goes on doing after it has answered,
// so that it can be waited for even if this call crashes, or whatever else a
// later call must know. It is called before the waiting. If it fails, the strategy gives up with that error.
type Note func(ctx context.Context, requestID string) error

// Strategy gives and takes access. All three can be called again at any time,
// and then find that there is nothing to do.
//
// An error is a [Refused] if trying again can't help; any other may pass. A call
// that gave an error may have done its work all the same.
type Strategy interface {
	// Give gives the access, and returns once it is there: what AWS does
	// asynchronously is waited for.
	Give(ctx context.Context, a Access, note Note) error
	// Take takes the access back, and returns once it is gone. What an earlier
	// Give started and did not see the end of is waited for first.
	Take(ctx context.Context, a Access, note Note) error
	// Has reads whether the access is there.
	Has(ctx context.Context, a Access) (bool, error)
}

// Refused means that access can't be given or taken as things stand: the
// target's settings are wrong, there is no such user. Its text is shown to the
// requester and to reviewers.
type Refused struct{ Reason string }

func (e Refused) Error() string { return e.Reason }

// Refuse gives a [Refused].
func Refuse(format string, args ...any) error { return Refused{fmt.Sprintf(format, args...)} }

// Set holds strategies by their type, as flows.yaml names them.
type Set map[string]Strategy
