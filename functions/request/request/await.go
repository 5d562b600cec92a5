package request

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
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
	return s.awaitWith(ctx, c, r, wait, &look{done: done})
}

// awaitDecision waits until code has decided a new run or sent it to people. It reads the
// run at short intervals around the time that this usually takes.
func (s service) awaitDecision(ctx context.Context, c *httpapi.Call, r *run.Run, wait time.Duration) (next *run.Run, applied bool) {
	l := &look{done: decidedOrRouted, expected: s.pace.of(r.Flow.Name)}
	if next, applied = s.awaitWith(ctx, c, r, wait, l); l.done(next) && l.last > 0 {
		s.pace.learn(next.Flow.Name, l.before, l.last)
	}
	return next, applied
}

func (s service) awaitWith(ctx context.Context, c *httpapi.Call, r *run.Run, wait time.Duration, l *look) (next *run.Run, applied bool) {
	l.began = time.Now()
	end := s.Now().Add(wait)
	r = s.look(ctx, c, r, min(wait, brief), l)
	if wait <= brief || l.done(r) {
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
	return s.look(ctx, c, r, wait-brief, l), true
}

// decidedOrRouted reports whether a run is decided or waits for people.
func decidedOrRouted(r *run.Run) bool { return r.Status != run.Requested }

// look is the reading of a run until it is done.
type look struct {
	done     func(*run.Run) bool
	expected expectation
	began    time.Time
	fine     int  // reads that were made finely
	early    bool // of the next read: see [reading]
	// last is when the last read began, before the one before it, due when the next is,
	// each so long after the start.
	before, last, due time.Duration
}

// left returns how long it is until the next read. The end of one look does not put it
// off.
func (l *look) left() time.Duration {
	elapsed := time.Since(l.began)
	if l.due <= elapsed {
		next := l.expected.next(elapsed, l.fine)
		if next.fine {
			l.fine++
		}
		l.due, l.early = elapsed+next.pause, next.early
	}
	return l.due - elapsed
}

// look reads the run until it is done, or the time is over.
func (s service) look(ctx context.Context, c *httpapi.Call, r *run.Run, long time.Duration, l *look) *run.Run {
	ctx, cancel := context.WithTimeout(ctx, long)
	defer cancel()
	for !l.done(r) {
		select {
		case <-ctx.Done():
			return r
		case <-time.After(l.left()):
		}
		l.before, l.last = l.last, time.Since(l.began)
		load := s.Store.Load
		if l.early {
			load = s.Store.Glance
		}
		next, err := load(ctx, r.ID)
		switch {
		case err == nil && l.early && !l.done(next), l.early && errors.Is(err, store.ErrNotFound):
			// What a glance has may be older than r.
		case err == nil:
			r = next
		case ctx.Err() == nil:
			c.Log.Warn("cannot read the request that a caller waits for", "error", err.Error())
		}
	}
	return r
}
