package asl

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

// taskCall is a resource being called. The zero taskCall never returns.
type taskCall struct {
	result chan Answer
	// returned is set before the result is there.
	returned *atomic.Bool
}

// call calls the task's resource in the background.
func (t *taskRun) call() taskCall {
	e := t.x.engine
	c := taskCall{result: make(chan Answer, 1), returned: new(atomic.Bool)}
	work := t.x.work()
	go func() {
		defer work.End()
		output, failure := e.tasks.Run(motion.NewContext(e.closed, work), t.resource, t.s.RoleARN, t.at.Input)
		if e.closed.Err() == nil { // or it failed because the engine was closed
			c.returned.Store(true)
			c.result <- answerOf(output, failure)
		}
	}()
	return c
}

// rest records that the task waits for the first of its alarms, its token or its call.
func (t *taskRun) rest(ctx context.Context, timeout, heartbeat alarm, c taskCall) {
	due := timeout.due
	if due.IsZero() || !heartbeat.due.IsZero() && heartbeat.due.Before(due) {
		due = heartbeat.due
	}
	t.l.rest(ctx, due, func() bool {
		return c.returned != nil && c.returned.Load() || t.at.Token != "" && !t.x.engine.awaits(t.at.Token)
	})
}

// alarm is a timer that may be none: then its channel never has anything.
type alarm struct {
	timer clockwork.Timer
	c     <-chan time.Time
	due   time.Time
}

func (e *Engine) alarm(at time.Time) alarm {
	if at.IsZero() {
		return alarm{}
	}
	left := at.Sub(e.clock.Now())
	timer := e.clock.NewTimer(left)
	return alarm{timer, timer.Chan(), e.clock.Now().Add(left)}
}

func (a alarm) stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
}
