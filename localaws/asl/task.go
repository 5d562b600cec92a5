package asl

import (
	"context"
	"strings"
	"time"
)

const tokenSuffix = ".waitForTaskToken"

// taskRun is one attempt of a task.
type taskRun struct {
	*visit
	resource     string // without the suffix
	kind, action string // as the history names it
	at           *TaskPosition
}

// task runs the resource of a Task once.
func (v *visit) task(ctx context.Context, effective document) (document, *Failure) {
	t := &taskRun{visit: v, at: v.l.at.Task}
	waits := v.s.waits()
	t.resource = strings.TrimSuffix(v.s.Resource, tokenSuffix)
	t.kind, t.action = v.x.engine.tasks.Describe(t.resource)
	if waits && t.action != "" {
		t.action += tokenSuffix
	}
	if t.at == nil {
		if failure := t.schedule(effective, waits); failure != nil {
			return document{}, failure
		}
	}
	result, failure := t.run(ctx)
	if ctx.Err() == nil {
		v.l.change(func(at *Position) { at.Task = nil })
	}
	return result, failure
}

// waits reports whether the state waits for a task token.
func (s *State) waits() bool { return strings.HasSuffix(s.Resource, tokenSuffix) }

// schedule evaluates what the task is called with, and keeps it.
func (t *taskRun) schedule(effective document, waits bool) *Failure {
	at := &TaskPosition{Input: effective.raw}
	sc := t.scope(effective.value)
	if waits {
		sc.token = newToken(t.x.ARN)
		at.Token = sc.token
	}
	if t.s.Parameters != nil {
		value, failure := t.s.Parameters.eval(sc)
		if failure != nil {
			return failure
		}
		at.Input = encode(value)
	}
	if len(at.Input) > maxPayload {
		return tooLarge(t.s.Name)
	}
	if wrong := t.x.engine.tasks.Check(t.resource, at.Input); wrong != "" {
		return runtimeFailure("The Parameters '%s' could not be used to start the Task: [%s]", at.Input, wrong)
	}
	timeout, failure := limit(sc, t.s.TimeoutSeconds, t.s.TimeoutPath, "TimeoutSecondsPath")
	if failure != nil {
		return failure
	}
	if at.Heartbeat, failure = limit(sc, t.s.HeartbeatSeconds, t.s.HeartbeatPath, "HeartbeatSecondsPath"); failure != nil {
		return failure
	}
	now := t.x.engine.clock.Now()
	if timeout > 0 {
		at.TimeoutAt = now.Add(seconds(timeout))
	}
	if at.Heartbeat > 0 && !waits {
		at.HeartbeatAt = now.Add(seconds(at.Heartbeat))
	}
	if t.action == "" {
		t.l.event(Event{Type: "LambdaFunctionScheduled", Payload: string(at.Input), Resource: t.resource, Timeout: timeout})
	} else {
		t.l.event(Event{Type: "TaskScheduled", Payload: string(at.Input), ResourceType: t.kind, Resource: t.action,
			Region: t.x.engine.region, Timeout: timeout, Heartbeat: at.Heartbeat})
	}
	t.event("Started", Event{})
	t.at = at
	t.l.change(func(p *Position) { p.Task = at })
	if t.x.Flush() != nil {
		return stopped
	}
	return nil
}

// event records what became of the task.
func (t *taskRun) event(what string, e Event) {
	if t.action == "" {
		e.Type = "LambdaFunction" + what
	} else {
		e.Type, e.ResourceType, e.Resource = "Task"+what, t.kind, t.action
	}
	t.l.event(e)
}

// limit returns a time limit in seconds; 0 is none.
func limit(s *scope, literal int64, p *path, field string) (int64, *Failure) {
	if p == nil {
		return literal, nil
	}
	value, err := p.get(s)
	if err != nil {
		return 0, p.invalid(s)
	}
	n, ok := value.(int64)
	if !ok || n < 1 || n > maxSeconds {
		return 0, runtimeFailure("The %s parameter does not reference a positive integer: %s == %s", field, p.text, encode(value))
	}
	return n, nil
}

// signal is what a task waits for.
type signal int

const (
	returned signal = iota
	tokenUsed
	timeoutDue
	heartbeatDue
	halted
)

// run calls the resource and waits for its result, or for the token.
func (t *taskRun) run(ctx context.Context) (document, *Failure) {
	e := t.x.engine
	t.x.mu.Lock()
	answer, heartbeatAt := t.at.Answer, t.at.HeartbeatAt
	t.x.mu.Unlock()
	if answer != nil {
		return t.finish(*answer)
	}
	var answered chan Answer
	if t.at.Token != "" {
		w := t.at.waiter
		if w == nil {
			w = e.await(t.x, t.at)
		}
		answered = w.done
	}
	var c taskCall
	if !t.at.Submitted {
		c = t.call()
	}
	if t.at.Token != "" && !t.at.Submitted {
		heartbeatAt = time.Time{}
	}
	timeout, heartbeat := e.alarm(t.at.TimeoutAt), e.alarm(heartbeatAt)
	defer timeout.stop()
	defer func() { heartbeat.stop() }()
	for {
		t.rest(ctx, timeout, heartbeat, c)
		var a Answer
		var what signal
		select {
		case a = <-c.result:
			what = returned
		case a = <-answered:
			what = tokenUsed
		case <-timeout.c:
			what = timeoutDue
		case <-heartbeat.c:
			what = heartbeatDue
		case <-ctx.Done():
			what = halted
		}
		t.l.work.Wake()
		switch what {
		case returned:
			if t.at.Token == "" {
				return t.finish(a)
			}
			if a.Failed {
				return t.close(answered, func() (document, *Failure) { return t.finish(a) })
			}
			c = taskCall{}
			t.event("Submitted", Event{Payload: string(a.Output)})
			heartbeat = e.alarm(t.submitted())
			if t.x.Flush() != nil {
				return document{}, stopped
			}
		case tokenUsed:
			return t.finish(a)
		case timeoutDue:
			return t.close(answered, func() (document, *Failure) { return t.timedOut(false) })
		case heartbeatDue:
			t.x.mu.Lock()
			left := t.at.HeartbeatAt.Sub(e.clock.Now())
			t.x.mu.Unlock()
			if left <= 0 {
				return t.close(answered, func() (document, *Failure) { return t.timedOut(true) })
			}
			heartbeat.timer.Reset(left)
			heartbeat.due = e.clock.Now().Add(left)
		case halted:
			if _, sibling := context.Cause(ctx).(branchFailed); sibling && t.at.Token != "" {
				_, _ = e.claim(t.at.Token)
			}
			return document{}, stopped
		}
	}
}

// submitted notes that the call is over and only the token is waited for. From
// now on a heartbeat is due, not while the function still runs
// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html); at
// is when, zero is never.
func (t *taskRun) submitted() (at time.Time) {
	if t.at.Heartbeat > 0 {
		at = t.x.engine.clock.Now().Add(seconds(t.at.Heartbeat))
	}
	t.l.change(func(*Position) { t.at.Submitted, t.at.HeartbeatAt = true, at })
	return at
}

// close ends the task unless an answer was accepted before: that one counts.
func (t *taskRun) close(answered chan Answer, end func() (document, *Failure)) (document, *Failure) {
	if t.at.Token != "" {
		if _, err := t.x.engine.claim(t.at.Token); err != nil {
			return t.finish(<-answered)
		}
	}
	return end()
}

func (t *taskRun) timedOut(heartbeat bool) (document, *Failure) {
	failure := timedOut(heartbeat)
	t.event("TimedOut", Event{Error: failure.Error})
	return document{}, failure
}

func answerOf(output []byte, failure *Failure) Answer {
	if failure != nil {
		return Answer{Failed: true, Error: failure.Error, Cause: failure.Cause}
	}
	return Answer{Output: output}
}

func (t *taskRun) finish(a Answer) (document, *Failure) {
	result := document{raw: a.Output}
	var failure *Failure
	var err error
	switch {
	case a.Failed:
		failure = &Failure{Error: a.Error, Cause: a.Cause}
	case len(a.Output) > maxPayload && t.action == "":
		failure = tooLarge(t.resource)
	case len(a.Output) > maxPayload:
		failure = tooLarge(t.kind)
	default:
		if result.value, err = decode(a.Output); err != nil {
			failure = Fail(errRuntime, "The result is no JSON: "+err.Error())
		}
	}
	if failure != nil {
		t.event("Failed", Event{Error: failure.Error, Cause: failure.Cause})
		return document{}, failure
	}
	t.event("Succeeded", Event{Payload: string(a.Output)})
	return result, nil
}
