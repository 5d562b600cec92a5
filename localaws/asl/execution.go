package asl

import (
	"context"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/motion"
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

// Workflow is the kind of an execution.
type Workflow int

// The kinds of executions: Standard ones, and those of EXPRESS machines, which somebody
// waits for (SyncExpress) or not.
const (
	Standard Workflow = iota
	Express
	SyncExpress
)

// maxExpress is how long an execution of an EXPRESS machine may take
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const maxExpress = 5 * time.Minute

// Start describes an execution.
type Start struct {
	Workflow                Workflow
	ARN, Name, RoleARN      string
	MachineARN, MachineName string
	Machine                 *Machine
	// Origin is for the caller, to identify the source of Machine later.
	Origin any
	// Input is JSON.
	Input []byte
	// Changed, unless nil, is called when the execution has started (not when
	// it is resumed) and when it has ended.
	Changed func(*Execution)
	// Recorded, unless nil, is called with each event of the history. Calls for parallel
	// lines are concurrent.
	Recorded func(*Execution, Event)
	// Keep, unless nil, is called before each step that has an effect or takes time: at
	// the start, before a task is called, when it waits for a token, when an answer was
	// accepted, before a wait, and at the end. A resumed execution repeats at most the
	// call it was at. Calls for one execution are sequential. After an error the
	// execution stops where it is, as if the engine were closed.
	Keep func(*Execution, Progress) error
	// Resume continues an execution that another process left.
	Resume *Resume
}

// Execution is one run of a state machine.
type Execution struct {
	Start
	StartedAt time.Time

	engine *Engine
	ctx    context.Context // what Stop and Close end
	stop   context.CancelCauseFunc
	done   chan struct{}
	input  any

	timeOutAt time.Time // zero is never

	keeping sync.Mutex // orders the calls of Keep

	mu       sync.Mutex
	position *Position
	history  history
	kept     int64
	end      End
}

// End is the status of an execution and, once it has ended, its outcome.
type End struct {
	Status    Status    `json:"status"`
	StoppedAt time.Time `json:"stoppedAt,omitzero"`
	// Output is nil unless it succeeded.
	Output []byte `json:"output,omitempty"`
	// Failure is nil unless it did not.
	Failure *Failure `json:"failure,omitempty"`
}

// stopRequest is why an execution's context ends before the execution does.
type stopRequest struct {
	status  Status
	failure *Failure
}

func (stopRequest) Error() string { return "the execution was stopped" }

// Start creates and runs an execution, or resumes one: [Engine.New] and
// [Execution.Run].
func (e *Engine) Start(s Start) (*Execution, error) {
	x, err := e.New(s)
	if err != nil {
		return nil, err
	}
	return x, x.Run()
}

// New creates an execution that Run starts. The tokens of a resumed execution work from
// now on. Input that is not JSON is an error.
func (e *Engine) New(s Start) (*Execution, error) {
	input, err := decode(s.Input)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancelCause(e.closed)
	x := &Execution{
		Start: s, StartedAt: e.clock.Now(), engine: e, ctx: ctx, stop: stop, done: make(chan struct{}), input: input,
		position: &Position{Input: s.Input}, end: End{Status: Running},
	}
	if s.Resume != nil {
		x.resume(s.Resume)
	} else {
		x.record(Event{Type: "ExecutionStarted", Payload: string(s.Input), RoleARN: s.RoleARN})
	}
	return x, nil
}

// Run runs the execution in the background; call it once. The error is from Keep at the
// start; then nothing runs.
func (x *Execution) Run() error {
	if x.Resume == nil {
		if err := x.Flush(); err != nil {
			close(x.done)
			return err
		}
		if x.Changed != nil {
			x.Changed(x)
		}
	}
	x.Resume = nil
	go x.run(x.ctx, x.work())
	return nil
}

func (x *Execution) resume(r *Resume) {
	x.StartedAt = r.StartedAt
	position := r.Position.clone()
	x.position = &position
	x.history.events, x.history.count = append([]Event(nil), r.Events...), int64(len(r.Events))
	x.kept = x.history.count
	x.position.tasks(func(t *TaskPosition) {
		if t.Answer == nil {
			t.waiter = x.engine.await(x, t)
		}
	})
}

// Stop ends a running execution as ABORTED, and returns once it has ended.
func (x *Execution) Stop(name, cause *string) {
	x.stop(stopRequest{Aborted, &Failure{Error: name, Cause: cause}})
	select {
	case <-x.done:
	case <-x.engine.closed.Done():
	}
}

// Done is closed when the execution has ended, or its engine was closed.
func (x *Execution) Done() <-chan struct{} { return x.done }

// State returns a snapshot of the execution.
func (x *Execution) State() End {
	x.mu.Lock()
	defer x.mu.Unlock()
	end := x.end
	if end.Status == Succeeded && end.Output == nil {
		events := x.history.after(x.history.count - 1)
		end.Output = []byte(events[0].Payload)
	}
	return end
}

// Status returns the status of the execution and when it ended, at less cost than
// State.
func (x *Execution) Status() (Status, time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.end.Status, x.end.StoppedAt
}

// InputText returns the input that the execution was started with.
func (x *Execution) InputText() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.Input != nil {
		return string(x.Input)
	}
	return x.history.after(0)[0].Payload
}

// History returns the events after that with the id; all for 0.
func (x *Execution) History(after int64) []Event {
	x.mu.Lock()
	defer x.mu.Unlock()
	return append([]Event(nil), x.history.after(after)...)
}

func (x *Execution) run(ctx context.Context, work *motion.Work) {
	defer work.End()
	defer close(x.done)
	if limit := x.limit(); limit > 0 {
		left := x.StartedAt.Add(limit).Sub(x.engine.clock.Now())
		timer := x.engine.clock.AfterFunc(left, func() { x.stop(stopRequest{status: TimedOut}) })
		defer timer.Stop()
		x.timeOutAt = x.engine.clock.Now().Add(left)
	}
	l := &line{x: x, at: x.position, work: work}
	output, failure := l.run(ctx, x.Machine)
	end := stopRequest{status: Succeeded}
	if failure != nil {
		end = stopRequest{Failed, failure}
	}
	if ctx.Err() != nil {
		var ok bool
		if end, ok = context.Cause(ctx).(stopRequest); !ok {
			return // the engine was closed; its stored position says where
		}
		if end.status != Failed {
			l.change(func(at *Position) { at.Event = 0 }) // as the service has it
		}
	}
	x.finish(l.at.Event, end, output.raw)
}

// limit is how long the execution may take; 0 is without a limit.
func (x *Execution) limit() time.Duration {
	limit := seconds(x.Machine.TimeoutSeconds)
	if x.Workflow != Standard && (limit == 0 || limit > maxExpress) {
		return maxExpress
	}
	return limit
}

// endings are what the last event is called.
var endings = map[Status]string{
	Succeeded: "ExecutionSucceeded", Failed: "ExecutionFailed", TimedOut: "ExecutionTimedOut", Aborted: "ExecutionAborted",
}

func (x *Execution) finish(previous int64, end stopRequest, output []byte) {
	last := Event{PreviousID: previous, Type: endings[end.status]}
	if end.status == Succeeded {
		last.Payload = string(output)
	} else {
		output = nil
	}
	if end.failure != nil {
		last.Error, last.Cause = end.failure.Error, end.failure.Cause
	}
	x.record(last)
	x.mu.Lock()
	x.end = End{Status: end.status, StoppedAt: x.engine.clock.Now(), Output: output, Failure: end.failure}
	x.history.pack()
	position := x.position
	x.mu.Unlock()
	position.tasks(func(t *TaskPosition) { _, _ = x.engine.claim(t.Token) })
	if x.Flush() == nil && x.Changed != nil {
		x.Changed(x)
	}
	x.mu.Lock()
	x.position, x.input, x.Input, x.end.Output, x.ctx = nil, nil, nil, nil, nil
	x.mu.Unlock()
	x.stop(nil)
}

// Flush calls Keep with the current position before it returns. The error is Keep's.
func (x *Execution) Flush() error {
	if x.Start.Keep == nil {
		return nil
	}
	x.keeping.Lock()
	defer x.keeping.Unlock()
	x.mu.Lock()
	if x.position == nil {
		x.mu.Unlock()
		return nil // it has ended, and Keep has its end
	}
	p := Progress{StartedAt: x.StartedAt, Count: x.history.count}
	if x.end.Status == Running {
		p.Position, p.Events = x.position.clone(), append([]Event(nil), x.history.after(x.kept)...)
	} else {
		end := x.end
		p.End, p.History = &end, x.history.packed
	}
	x.kept = x.history.count
	x.mu.Unlock()
	err := x.Start.Keep(x, p)
	if err != nil {
		x.stop(err)
	}
	return err
}

// record adds to the history and returns the event's id.
func (x *Execution) record(e Event) int64 {
	e.At = x.engine.clock.Now().UTC().Truncate(time.Millisecond)
	x.mu.Lock()
	e.ID = x.history.add(e)
	x.mu.Unlock()
	if x.Recorded != nil {
		x.Recorded(x, e)
	}
	return e.ID
}
