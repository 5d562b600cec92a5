package rules

import (
	"context"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Outcome is what became of an approved request for a change. It is written once.
type Outcome struct {
	Request string `json:"request"`
	// Version is the version that the change was pushed as, 0 if it was refused.
	Version int `json:"version,omitempty"`
	// Why is why it was refused.
	Why string    `json:"why,omitempty"`
	At  time.Time `json:"at"`
	// Published reports that the bus has its event. It is set after the outcome was stored.
	Published bool `json:"-"`
}

// Became returns what the API and events say of an outcome.
func (o Outcome) Became() api.RulesOutcome {
	return api.RulesOutcome{Version: o.Version, Why: text.Line(o.Why)}
}

// Outcomes stores outcomes of requests.
type Outcomes interface {
	// RulesOutcome returns what became of a request; false if nothing so far.
	RulesOutcome(ctx context.Context, request string) (Outcome, bool, error)
	// PutRulesOutcome stores what became of a request, such as that it is refused. It returns
	// [ErrChanged] if something became of it meanwhile.
	PutRulesOutcome(ctx context.Context, o Outcome) error
	// PublishedRulesOutcome stores that the bus has the event of an outcome.
	PublishedRulesOutcome(ctx context.Context, o Outcome) error
}

// Refusal is why a change is not pushed, whoever tries and how often.
type Refusal struct {
	why string
	err error
}

func (r Refusal) Error() string { return r.why }

// Unwrap returns what the refusal is about.
func (r Refusal) Unwrap() error { return r.err }

// Refusef returns a refusal. It wraps the operand of %w, if the format has it.
func Refusef(format string, args ...any) Refusal {
	err := fmt.Errorf(format, args...)
	return Refusal{err.Error(), err}
}
