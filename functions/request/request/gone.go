package request

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// flowNames keeps which flows the stored requests are of. A flow that was removed
// or renamed is in no flows.yaml, but its requests still wait for people.
type flowNames struct {
	mu    sync.Mutex
	read  time.Time
	names store.FlowNames
	noted bool
}

// namesFresh is how long the names that were read are believed: what is missing
// is a flow that was first used meanwhile and is gone already.
const namesFresh = time.Minute

// note stores that the flows of this flows.yaml are in use, once in the life of
// the process. A failure leaves it to the next request: nothing but a list
// depends on it.
func (s service) note(ctx context.Context, log *slog.Logger) {
	// Not over the calls: a function that dies in one would keep the lock.
	s.seen.mu.Lock()
	noted := s.seen.noted
	s.seen.mu.Unlock()
	if noted {
		return
	}
	var err error
	for range 3 {
		var now store.FlowNames
		if now, err = s.Store.LoadFlowNames(ctx); err != nil {
			break
		}
		next, changed := now.With(s.flowNames(""), s.Now())
		if changed {
			err = s.Store.SaveFlowNames(ctx, next)
		}
		if err == nil {
			s.seen.mu.Lock()
			s.seen.noted = true
			s.seen.mu.Unlock()
			return
		}
		if !errors.Is(err, store.ErrConflict) {
			break
		}
	}
	log.Warn("the names of flows are not stored", "error", err.Error())
}

// inboxFlows are the flows whose inboxes are read: the one that was asked for, or
// all of today's and those whose requests may still wait.
func (s service) inboxFlows(ctx context.Context, only string) ([]string, error) {
	if only != "" {
		return []string{only}, nil
	}
	gone, err := s.gone(ctx)
	return append(s.flowNames(""), gone...), err
}

// gone are the flows that this flows.yaml has no more, and whose requests may
// still wait.
func (s service) gone(ctx context.Context) ([]string, error) {
	s.seen.mu.Lock()
	names, now := s.seen.names, s.Now()
	fresh := now.Sub(s.seen.read) < namesFresh
	s.seen.mu.Unlock()
	if !fresh {
		read, err := s.Store.LoadFlowNames(ctx)
		if err != nil {
			return nil, err
		}
		names = read
		s.seen.mu.Lock()
		s.seen.names, s.seen.read = read, now
		s.seen.mu.Unlock()
	}
	return slices.DeleteFunc(names.Waiting(now), func(name string) bool {
		_, there := s.Flows.Find(name)
		return there
	}), nil
}
