package request

import (
	"context"
	"strconv"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// brief is how long a caller waits without a place: most requests are decided by then.
const brief = 500 * time.Millisecond

// Waiters limits how many callers wait at a time: each uses one of the account's
// concurrent executions, which hooks and the engine need too.
type Waiters interface {
	// Take reserves a place until a time at the latest; "" if none is free.
	Take(ctx context.Context, now, until time.Time) (place string, err error)
	// Leave frees the place.
	Leave(ctx context.Context, place string) error
}

// defaultMaxWaiting is half the concurrent executions of a new account.
const defaultMaxWaiting = 5

// MaxWaiting parses how many callers may wait at a time.
func MaxWaiting(value string) int {
	if n, err := strconv.Atoi(value); err == nil && n >= 0 {
		return n
	}
	return defaultMaxWaiting
}

// await reads the run until it is done, for at most wait; then it returns the run as
// it stands. applied is false if no place was
// free to wait for longer than briefly. The run is stored, so a failed read does not fail
// the call.
func (s service) await(ctx context.Context, c *httpapi.Call, r *run.Run, wait time.Duration, done func(*run.Run) bool) (next *run.Run, applied bool) {
	end := s.Now().Add(wait)
	r = s.look(ctx, c, r, min(wait, brief), 2*time.Millisecond, done)
	if wait <= brief || done(r) {
		return r, true
	}
	if s.Waiters != nil {
		place, err := s.Waiters.Take(ctx, s.Now(), end)
		if err != nil {
			c.Log.Warn("cannot reserve a place to wait", "error", err.Error())
		}
		if place == "" {
			return r, false
		}
		defer func() {
			if err := s.Waiters.Leave(context.WithoutCancel(ctx), place); err != nil {
				c.Log.Warn("cannot free a place to wait", "error", err.Error())
			}
		}()
	}
	return s.look(ctx, c, r, wait-brief, mostPause, done), true
}

// mostPause is the longest pause between two reads.
const mostPause = 250 * time.Millisecond

// decidedOrRouted reports whether a run is decided or waits for people.
func decidedOrRouted(r *run.Run) bool { return r.Status != run.Requested }

// look reads the run until it is done, or the time is over. It starts with short pauses,
// because most runs are decided within milliseconds.
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
			c.Log.Warn("cannot read the request that a caller waits for", "error", err.Error())
		}
	}
	return r
}
