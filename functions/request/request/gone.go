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

// flowNames caches the flows of stored requests. A removed or renamed flow is not in
// flows.yaml, but its requests still wait for approvers.
type flowNames struct {
	mu    sync.Mutex
	read  time.Time
	names store.FlowNames
	noted bool
}

// namesFresh is how long the names are cached. They lack only a flow that was both first
// used and removed meanwhile.
const namesFresh = time.Minute

// note stores that the flows of this flows.yaml are in use, once in the life of the
// process. After a failure, the next request retries: only lists depend on it.
func (s service) note(ctx context.Context, log *slog.Logger) {
	// Not held during the calls: a function that dies in one would keep the lock.
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
		if err = s.noteListed(ctx, now); err != nil {
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
	log.Warn("cannot store the names of flows", "error", err.Error())
}

// inboxFlows returns the flows whose inboxes are read: the given one, or all of today's
// and those whose requests may still wait.
func (s service) inboxFlows(ctx context.Context, only string) ([]string, error) {
	if only != "" {
		return []string{only}, nil
	}
	gone, err := s.gone(ctx)
	return append(s.flowNames(""), gone...), err
}

// gone returns the flows that were removed from flows.yaml, and whose requests may still
// wait.
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
