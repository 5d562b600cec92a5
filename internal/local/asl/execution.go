package asl

import (
	"context"
	"sync"
	"time"
)

// Status is the status of an execution.
type Status string

// The statuses of an execution.
const (
	Running   Status = "RUNNING"
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
	TimedOut  Status = "TIMED_OUT"
	Aborted   Status = "ABORTED"
)

// Start says what an execution is of.
type Start struct {
	ARN, Name, RoleARN      string
	MachineARN, MachineName string
	Machine                 *Machine
	// Input is JSON.
	Input []byte
	// Changed is called when the execution has started and when it has ended.
	Changed func(*Execution)
}

// Execution is one run of a state machine.
type Execution struct {
	Start
	StartedAt time.Time

	engine *Engine
	stop   context.CancelCauseFunc
	done   chan struct{}
	input  any

	mu      sync.Mutex
	status  Status
	stopped time.Time
	output  []byte
	failure *Failure
	history history
}

// stopRequest is why an execution's context ends before the execution does.
type stopRequest struct {
	status  Status
	failure *Failure
}

func (stopRequest) Error() string { return "the execution was stopped" }

// Start starts an execution. The error is for an input that is no JSON.
func (e *Engine) Start(s Start) (*Execution, error) {
	input, err := decode(s.Input)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancelCause(e.closed)
	x := &Execution{
		Start: s, StartedAt: e.clock.Now(), engine: e, stop: stop, done: make(chan struct{}), input: input, status: Running,
	}
	if s.Changed != nil {
		s.Changed(x)
	}
	f := &frame{}
	x.event(f, "ExecutionStarted", "executionStartedEventDetails", map[string]any{
		"input": string(x.Input), "inputDetails": notTruncated, "roleArn": x.RoleARN,
	})
	go x.run(ctx, f)
	return x, nil
}

// Stop ends a running execution as ABORTED.
func (x *Execution) Stop(name, cause *string) {
	x.stop(stopRequest{Aborted, &Failure{Error: name, Cause: cause}})
	<-x.done
}

// Done is closed when the execution has ended.
func (x *Execution) Done() <-chan struct{} { return x.done }

// End is how an execution stands.
type End struct {
	Status    Status
	StoppedAt time.Time
	// Output is nil unless it succeeded.
	Output []byte
	// Failure is nil unless it did not.
	Failure *Failure
}

// State tells how the execution stands.
func (x *Execution) State() End {
	x.mu.Lock()
	defer x.mu.Unlock()
	return End{Status: x.status, StoppedAt: x.stopped, Output: x.output, Failure: x.failure}
}

func (x *Execution) run(ctx context.Context, f *frame) {
	defer close(x.done)
	if limit := x.Machine.TimeoutSeconds; limit > 0 {
		timer := x.engine.clock.AfterFunc(time.Duration(limit)*time.Second, func() {
			x.stop(stopRequest{TimedOut, Fail(errTimeout, "")})
		})
		defer timer.Stop()
	}
	output, failure := x.machine(ctx, x.Machine, x.input, f)
	end := stopRequest{status: Succeeded}
	if failure != nil {
		end = stopRequest{Failed, failure}
	}
	if ctx.Err() != nil {
		var ok bool
		if end, ok = context.Cause(ctx).(stopRequest); !ok {
			return // the engine was closed
		}
	}
	x.finish(f, end, output)
}

func (x *Execution) finish(f *frame, end stopRequest, output any) {
	name := map[Status]string{Succeeded: "Succeeded", Failed: "Failed", TimedOut: "TimedOut", Aborted: "Aborted"}[end.status]
	detail := map[string]any{}
	var raw []byte
	if end.failure != nil {
		addFailure(detail, end.failure)
	} else {
		raw = encode(output)
		detail["output"], detail["outputDetails"] = string(raw), notTruncated
	}
	x.mu.Lock()
	x.history.add(event{Previous: f.last, Type: "Execution" + name, At: x.engine.clock.Now(), Key: "execution" + name + "EventDetails", Detail: encode(detail)})
	x.history.pack()
	x.status, x.output, x.failure, x.stopped = end.status, raw, end.failure, x.engine.clock.Now()
	x.mu.Unlock()
	x.stop(nil)
	if x.Changed != nil {
		x.Changed(x)
	}
}

func addFailure(detail map[string]any, f *Failure) {
	if f.Error != nil {
		detail["error"] = *f.Error
	}
	if f.Cause != nil {
		detail["cause"] = *f.Cause
	}
}

var notTruncated = map[string]any{"truncated": false}

// frame is where one line of states is: the main one, a branch, an iteration.
type frame struct {
	// last is the event before the next.
	last int64
	// item is $$.Map of an iteration, nil outside.
	item any
	// silent frames leave no events: the children of a distributed map.
	silent bool
	// branch frames are those of a Parallel's branches.
	branch bool
}

// event adds to the history and gives the event's id.
func (x *Execution) event(f *frame, kind, key string, detail map[string]any) int64 {
	if f.silent {
		return f.last
	}
	e := event{Previous: f.last, Type: kind, At: x.engine.clock.Now(), Key: key}
	if detail != nil {
		e.Detail = encode(detail)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	f.last = x.history.add(e)
	if f.last >= maxEvents-1 {
		x.stop(stopRequest{Failed, Fail(errRuntime, "The execution reached the maximum number of history events (25000).")})
	}
	return f.last
}
