package asl

import (
	"context"
	"strings"
	"time"

	"github.com/jonboulle/clockwork"
)

const tokenSuffix = ".waitForTaskToken"

// task runs the resource of a Task once.
func (v *visit) task(ctx context.Context, effective any) (any, *Failure) {
	e := v.x.engine
	resource, waits := strings.CutSuffix(v.s.Resource, tokenSuffix)
	token := ""
	var w *waiter
	if waits {
		token, w = e.token()
		defer e.forget(token)
	}
	sc := v.scope(effective, token)
	input := effective
	if v.s.Parameters != nil {
		var failure *Failure
		if input, failure = v.s.Parameters.eval(sc); failure != nil {
			return nil, failure
		}
	}
	raw := encode(input)
	if failure := v.limit(raw); failure != nil {
		return nil, failure
	}
	timeout, failure := v.seconds(sc, v.s.TimeoutSeconds, v.s.TimeoutPath, "TimeoutSecondsPath")
	if failure != nil {
		return nil, failure
	}
	heartbeat, failure := v.seconds(sc, v.s.HeartbeatSeconds, v.s.HeartbeatPath, "HeartbeatSecondsPath")
	if failure != nil {
		return nil, failure
	}
	t := &taskRun{v: v, waiter: w, timeout: newLimit(e.clock, timeout), heartbeat: newLimit(e.clock, heartbeat)}
	defer t.timeout.stop()
	defer t.heartbeat.stop()
	t.kind, t.action = e.tasks.Describe(resource)
	if waits {
		t.action += tokenSuffix
	}
	scheduled := map[string]any{"resourceType": t.kind, "resource": t.action, "region": e.region, "parameters": string(raw)}
	if timeout > 0 {
		scheduled["timeoutInSeconds"] = timeout
	}
	if heartbeat > 0 {
		scheduled["heartbeatInSeconds"] = heartbeat
	}
	v.x.event(v.f, "TaskScheduled", "taskScheduledEventDetails", scheduled)
	v.x.event(v.f, "TaskStarted", "taskStartedEventDetails", t.detail())
	return t.run(ctx, resource, raw)
}

// seconds gives a time limit; 0 is none.
func (v *visit) seconds(s scope, literal int64, p *path, field string) (int64, *Failure) {
	if p == nil {
		return literal, nil
	}
	value, err := p.get(s.input, s.context)
	if err != nil {
		return 0, runtimeFailure("Invalid path '%s' : %s refers to nothing", p.text, field)
	}
	n, ok := integer(value)
	if _, fraction := value.(float64); !ok || fraction || n < 1 {
		return 0, runtimeFailure("The %s parameter does not reference a positive integer: %s == %s", field, p.text, encode(value))
	}
	return n, nil
}

// limit is a time limit that may be none.
type limit struct {
	clock clockwork.Clock
	after time.Duration
	timer clockwork.Timer
}

func newLimit(clock clockwork.Clock, seconds int64) *limit {
	l := &limit{clock: clock, after: time.Duration(seconds) * time.Second}
	if seconds > 0 {
		l.timer = clock.NewTimer(l.after)
	}
	return l
}

func (l *limit) over() <-chan time.Time {
	if l.timer == nil {
		return nil
	}
	return l.timer.Chan()
}

func (l *limit) again() {
	if l.timer != nil {
		l.timer.Reset(l.after)
	}
}

func (l *limit) stop() {
	if l.timer != nil {
		l.timer.Stop()
	}
}

// taskRun is one attempt of a task.
type taskRun struct {
	v                  *visit
	waiter             *waiter
	kind, action       string
	timeout, heartbeat *limit
}

func (t *taskRun) detail() map[string]any {
	return map[string]any{"resourceType": t.kind, "resource": t.action}
}

func (t *taskRun) run(ctx context.Context, resource string, input []byte) (any, *Failure) {
	e := t.v.x.engine
	called := make(chan taskEnd, 1)
	go func() {
		// A call that the state gave up on goes on, as it does at AWS; what it
		// answers then is dropped.
		output, failure := e.tasks.Run(e.closed, resource, input)
		called <- taskEnd{output, failure}
	}()
	var ended chan taskEnd
	var beat chan struct{}
	if t.waiter != nil {
		ended, beat = t.waiter.done, t.waiter.heartbeat
	}
	for {
		select {
		case end := <-called:
			if end.failure != nil || t.waiter == nil {
				return t.finish(end)
			}
			called = nil
			detail := t.detail()
			detail["output"], detail["outputDetails"] = string(end.output), notTruncated
			t.v.x.event(t.v.f, "TaskSubmitted", "taskSubmittedEventDetails", detail)
		case end := <-ended:
			return t.finish(end)
		case <-beat:
			t.heartbeat.again()
		case <-t.timeout.over():
			return t.timedOut(errTimeout)
		case <-t.heartbeat.over():
			return t.timedOut(errHeartbeat)
		case <-ctx.Done():
			return nil, Fail(errBranch, "stopped")
		}
	}
}

func (t *taskRun) timedOut(name string) (any, *Failure) {
	detail := t.detail()
	detail["error"] = name
	t.v.x.event(t.v.f, "TaskTimedOut", "taskTimedOutEventDetails", detail)
	return nil, Fail(name, "")
}

func (t *taskRun) finish(end taskEnd) (any, *Failure) {
	failure := end.failure
	var result any
	if failure == nil {
		if failure = t.v.limit(end.output); failure == nil {
			var err error
			if result, err = decode(end.output); err != nil {
				failure = Fail(errRuntime, "the result is no JSON: "+err.Error())
			}
		}
	}
	detail := t.detail()
	if failure != nil {
		addFailure(detail, failure)
		t.v.x.event(t.v.f, "TaskFailed", "taskFailedEventDetails", detail)
		return nil, failure
	}
	detail["output"], detail["outputDetails"] = string(end.output), notTruncated
	t.v.x.event(t.v.f, "TaskSucceeded", "taskSucceededEventDetails", detail)
	return result, nil
}
