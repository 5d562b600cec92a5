package request

import (
	"context"
	"strconv"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// brief is how long a caller waits without a place among those that wait: most
// requests are decided by then, and cost no more for it.
const brief = 500 * time.Millisecond

// Waiters limits how many callers wait at a time: each holds one of the concurrent
// executions of the account, which hooks and the engine need too.
type Waiters interface {
	// Take takes a place until a time at the latest; "" is none.
	Take(ctx context.Context, now, until time.Time) (place string, err error)
	// Leave gives the place back.
	Leave(ctx context.Context, place string) error
}

// defaultMaxWaiting leaves half of what a new account runs at once.
const defaultMaxWaiting = 5

// MaxWaiting reads how many callers may wait at a time.
func MaxWaiting(value string) int {
	if n, err := strconv.Atoi(value); err == nil && n >= 0 {
		return n
	}
	return defaultMaxWaiting
}

// await reads the run until it is done, for at most wait; then it returns the run as
// it stands. applied is false where there was no place to
// wait for longer than briefly. The run is stored already, so a read that fails is
// no reason to answer that the call did.
func (s service) await(ctx context.Context, c *httpapi.Call, r *run.Run, wait time.Duration, done func(*run.Run) bool) (next *run.Run, applied bool) {
	end := s.Now().Add(wait)
	r = s.look(ctx, c, r, min(wait, brief), 2*time.Millisecond, done)
	if wait <= brief || done(r) {
		return r, true
	}
	if s.Waiters != nil {
		place, err := s.Waiters.Take(ctx, s.Now(), end)
		if err != nil {
			c.Log.Warn("a place to wait", "error", err.Error())
		}
		if place == "" {
			return r, false
		}
		defer func() {
			if err := s.Waiters.Leave(context.WithoutCancel(ctx), place); err != nil {
				c.Log.Warn("leave a place to wait", "error", err.Error())
			}
		}()
	}
	return s.look(ctx, c, r, wait-brief, mostPause, done), true
}

// mostPause is the longest between two looks at a run.
const mostPause = 250 * time.Millisecond

// decidedOrRouted reports whether a run is decided or waits for people.
func decidedOrRouted(r *run.Run) bool { return r.Status != run.Requested }

// look reads the run until it is done, for at most so long. The first
// looks come quickly, after pause: most runs are decided within milliseconds.
func (s service) look(ctx context.Context, c *httpapi.Call, r *run.Run, long, pause time.Duration, done func(*run.Run) bool) *run.Run {
	ctx, cancel := context.WithTimeout(ctx, long)
	defer cancel()
	for ; !done(r); pause = min(2*pause, mostPause) {
		select {
		case <-ctx.Done():
			return r
		case <-time.After(pause):
		}
		next, err := s.Store.Load(ctx, r.ID)
		switch {
		case err == nil:
			r = next
		case ctx.Err() == nil:
			c.Log.Warn("waiting for a request", "error", err.Error())
		}
	}
	return r
}
