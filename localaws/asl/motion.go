package asl

import (
	"context"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

// work records that a line of the execution goes on.
func (x *Execution) work() *motion.Work { return x.engine.Motion.Begin("execution " + x.Name) }

// rest records that the line waits: for a timer that is due at a time, never for zero,
// until over reports true unless it is nil, and in any case for the end of its execution.
func (l *line) rest(ctx context.Context, due time.Time, over func() bool) {
	if limit := l.x.timeOutAt; !limit.IsZero() && (due.IsZero() || limit.Before(due)) {
		due = limit
	}
	l.work.Rest(due, func() bool { return ctx.Err() != nil || over != nil && over() })
}

// awaits reports whether a task waits for the token.
func (e *Engine) awaits(token string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.waiters[token] != nil
}
