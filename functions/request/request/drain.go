package request

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/drain"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
)

// drainWatch remembers for a moment that the installation is not being removed, to save
// reads. It never remembers that it is.
type drainWatch struct {
	mu    sync.Mutex
	until time.Time
}

// refuseDraining refuses new requests while the installation is being removed:
// nothing would revoke their access.
func (s service) refuseDraining(ctx context.Context, now time.Time) error {
	s.drain.mu.Lock()
	known := now.Before(s.drain.until)
	s.drain.mu.Unlock()
	if known {
		return nil
	}
	since, err := s.Store.Draining(ctx)
	if err != nil {
		return err
	}
	if !since.IsZero() {
		return httpapi.NewProblem(http.StatusServiceUnavailable, api.ProblemDraining,
			"This installation of fasttrack is being removed and accepts no new requests.")
	}
	s.drain.mu.Lock()
	s.drain.until = now.Add(drain.Remembered)
	s.drain.mu.Unlock()
	return nil
}
