package grant

import (
	"errors"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// edge returns an error as the state machine knows it, by the types of package
// step.
func edge(err error) error {
	var cannot strategy.Refused
	var later lease.Later
	var full lease.Full
	var other lease.OtherLogin
	var nothing lease.NothingToExtend
	switch {
	case errors.As(err, &cannot):
		return step.Unable(cannot.Reason)
	case errors.As(err, &full):
		return step.Unable(full.Reason)
	case errors.As(err, &other):
		return step.Unable(other.Error())
	case errors.As(err, &nothing):
		return step.Unable(nothing.Error())
	case errors.As(err, &later):
		return step.Later(later.Reason)
	case errors.Is(err, engine.ErrNotTheRuns), errors.Is(err, store.ErrNotFound):
		return step.Refused(err.Error())
	}
	return step.Bare(err)
}
