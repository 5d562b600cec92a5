package record

import (
	"errors"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Lambda reports an error under the name of its Go type, which is what
// statemachine.asl.json retries and catches by: these names are a contract.

// Refused means that the execution has no business here: there is no such run,
// or the execution is not the run's. Trying again changes nothing.
type Refused struct{ Message string }

func (e Refused) Error() string { return e.Message }

// Unavailable means that something did not work which may work again.
type Unavailable struct{ Message string }

func (e Unavailable) Error() string { return e.Message }

// UnknownVersion means that the document or the run was written by a newer
// version than this one, as during a deployment. It may work again.
type UnknownVersion struct{ Message string }

func (e UnknownVersion) Error() string { return e.Message }

// atTheEdge gives an error the type that the state machine knows it by, bare:
// a wrapped one would go out under the wrapper's name.
func atTheEdge(err error) error {
	var refused Refused
	var unavailable Unavailable
	var unknown UnknownVersion
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &unavailable):
		return unavailable
	case errors.As(err, &unknown):
		return unknown
	case errors.Is(err, run.ErrNotTheRuns), errors.Is(err, store.ErrNotFound):
		return Refused{err.Error()}
	case errors.Is(err, store.ErrNewer):
		return UnknownVersion{err.Error()}
	}
	return Unavailable{err.Error()}
}

// without gives the error without a task token, should AWS have quoted it.
func without(token string, err error) error {
	if token == "" || !strings.Contains(err.Error(), token) {
		return err
	}
	return Unavailable{strings.ReplaceAll(err.Error(), token, "(the task token)")}
}
