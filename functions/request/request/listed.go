package request

import (
	"context"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// listed caches whether every request stands in the lists of this release.
type listed struct {
	mu   sync.Mutex
	read time.Time
	all  bool
}

// missing returns what a list may lack, for people.
func (s service) missing(ctx context.Context, l listing) (string, error) {
	what := ""
	switch {
	case l.View == api.ViewLive && l.Sort == api.SortEndsAt:
		what = "Access that began before the last upgrade may be missing"
	case l.View == api.ViewAll:
		what = "Requests that you decided before the last upgrade may be missing"
	default:
		return "", nil
	}
	all, err := s.allListed(ctx)
	if all || err != nil {
		return "", err
	}
	return what + "; an operator can index them with fasttrack reindex.", nil
}

// allListed reports whether every request is in the lists: [store.Store.Reindex] was
// here, or nothing had been requested when this release came.
func (s service) allListed(ctx context.Context) (bool, error) {
	now := s.Now()
	s.listed.mu.Lock()
	all, fresh := s.listed.all, now.Sub(s.listed.read) < namesFresh
	s.listed.mu.Unlock()
	if all || fresh {
		return all, nil
	}
	all, err := s.Store.Listed(ctx)
	if err == nil && !all {
		all, err = s.unused(ctx)
	}
	if err != nil {
		return false, err
	}
	s.listed.mu.Lock()
	s.listed.all, s.listed.read = all, now
	s.listed.mu.Unlock()
	return all, nil
}

// noteListed stores that every request will be in the lists, if none was made before.
func (s service) noteListed(ctx context.Context, noted store.FlowNames) error {
	if len(noted.Seen) > 0 {
		return nil
	}
	unused, err := s.Store.Unused(ctx, s.flowNames(""), s.Now())
	if err == nil && unused {
		err = s.Store.MarkListed(ctx)
	}
	return err
}

// unused reports whether nothing was requested yet.
func (s service) unused(ctx context.Context) (bool, error) {
	noted, err := s.Store.LoadFlowNames(ctx)
	if err != nil || len(noted.Seen) > 0 {
		return false, err
	}
	return s.Store.Unused(ctx, s.flowNames(""), s.Now())
}
