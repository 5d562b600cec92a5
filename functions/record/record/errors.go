package record

import (
	"errors"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// edge returns an error as the state machine knows it, by the types of package
// step.
func edge(err error) error {
	switch {
	case errors.Is(err, engine.ErrNotTheRuns), errors.Is(err, store.ErrNotFound):
		return step.Refused(err.Error())
	case errors.Is(err, store.ErrNewer):
		return step.UnknownVersion(err.Error())
	}
	return step.Bare(err)
}

// without returns the error without the task token, should AWS have quoted it.
func without(token string, err error) error {
	if token == "" || !strings.Contains(err.Error(), token) {
		return err
	}
	return step.Unavailable(strings.ReplaceAll(err.Error(), token, "(the task token)"))
}
