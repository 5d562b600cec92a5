package grant

import (
	"errors"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// Lambda reports an error under the name of its Go type, which is what
// statemachine.asl.json retries and catches by: these names are a contract.

// Refused means that the execution has no business here: there is no such run,
// or the execution is not the run's. Trying again changes nothing.
type Refused struct{ Message string }

func (e Refused) Error() string { return e.Message }

// Unable means that the access can't be given, or taken, as things stand.
type Unable struct{ Message string }

func (e Unable) Error() string { return e.Message }

// Later means that another call is at the access, or may still have an effect on
// it: there is nothing to do but to wait.
type Later struct{ Message string }

func (e Later) Error() string { return e.Message }

// Unavailable means that something did not work which may work again.
type Unavailable struct{ Message string }

func (e Unavailable) Error() string { return e.Message }

// atTheEdge gives an error the type that the state machine knows it by, bare: a
// wrapped one would go out under the wrapper's name.
func atTheEdge(err error) error {
	var refused Refused
	var unable Unable
	var cannot strategy.Refused
	var later lease.Later
	var full lease.Full
	var other lease.OtherLogin
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &unable):
		return unable
	case errors.As(err, &cannot):
		return Unable{cannot.Reason}
	case errors.As(err, &full):
		return Unable{full.Reason}
	case errors.As(err, &other):
		return Unable{other.Error()}
	case errors.As(err, &later):
		return Later{later.Reason}
	case errors.Is(err, run.ErrNotTheRuns), errors.Is(err, store.ErrNotFound):
		return Refused{err.Error()}
	}
	return Unavailable{err.Error()}
}
