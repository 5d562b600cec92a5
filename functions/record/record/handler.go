// Package record is the work of functions/record, the only writer of runs. Each of
// its operations is one loop: load the run, decide, save it under the condition
// that nobody wrote meanwhile, publish the events. Package engine decides.
package record

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/destination"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/stats"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Store reads and writes runs; see [store.Store] for the errors.
type Store interface {
	Load(ctx context.Context, id string) (*run.Run, error)
	LoadAll(ctx context.Context, id string) (store.Record, error)
	Linked(ctx context.Context, today func(handle string) []string, people ...*run.Person) error
	LoadTallies(ctx context.Context, r *run.Run) (run.Tallies, error)
	LoadShelves(ctx context.Context, r *run.Run) (run.Shelves, error)
	SaveTallied(ctx context.Context, r *run.Run, t run.Tallies, now time.Time) error
	CountingShard(now time.Time) int
	Count(ctx context.Context, r *run.Run, d stats.Delta, now time.Time) error
	ExpireContext(ctx context.Context, r *run.Run, context []byte) error
	LoadLease(ctx context.Context, k lease.Key) (*lease.Lease, error)
	LoadOutput(ctx context.Context, runID string) (store.Output, error)
	MarkPublished(ctx context.Context, id, hash string, now time.Time) error
}

// Bus publishes events. An event may be published again: its id is the same.
type Bus interface {
	Publish(ctx context.Context, events []api.Event) error
}

// Waker ends a wait. A token that nothing waits for any more is no error.
type Waker interface {
	Wake(ctx context.Context, token string) error
}

// Deps are the dependencies of a [Handler].
type Deps struct {
	Store Store
	Bus   Bus
	Waker Waker
	// Today returns who may act. Where it is nil, or returns nil, each run's own
	// lists say.
	Today func() *run.Today
	// HooksFunction is the ARN of an alias of functions/hooks. Serves returns the
	// version that the alias points to; nil if that can't be known.
	HooksFunction string
	Serves        Serves
	// Namespace is the CloudWatch namespace of the metrics; none are logged if it
	// is empty.
	Namespace string
	// Now is time.Now unless it is set.
	Now func() time.Time
	// Lacks are the destinations that functions/notify does not deliver to.
	Lacks destination.Lacks
	// Log is JSON lines on standard output unless it is set.
	Log *slog.Logger
}

// Handler answers the state machine and functions/reconcile.
type Handler struct{ Deps }

// New returns a handler.
func New(d Deps) *Handler {
	step.Defaults(&d.Now, &d.Log)
	return &Handler{d}
}

// Handle answers "decide" with a [stepfn.Document], "park" and "wake" with
// [step.Parked], "recover" with [step.Recovered] and "resume" with an empty
// object. The error is [step.Refused], [step.Unavailable] or
// [step.UnknownVersion]. The log line has neither the task token nor anything of
// what was requested.
func (h *Handler) Handle(ctx context.Context, req step.RecordRequest) (any, error) {
	frame := step.Frame{
		Log: h.Log, Done: "step", Failed: "step failed",
		Edge: func(err error) error { return edge(without(req.Token, err)) },
	}
	return step.Invoke(ctx, frame, func(line *step.Line) (any, error) {
		line.Add("run_id", req.RunID, "operation", req.Operation, "step", req.Step.State)
		c := &call{Handler: h, req: req}
		defer c.describe(line)
		response, err := c.handle(ctx)
		if d, ok := response.(stepfn.Document); ok {
			line.Add("next", d.Next, "turn", d.Turn.Number)
		}
		return response, err
	})
}

// call is one request being handled.
type call struct {
	*Handler
	req step.RecordRequest
	// execution is the number of the execution that the request comes from.
	execution int
	// run is the run as it was last read or written, for the log.
	run *run.Run
}

func (c *call) handle(ctx context.Context) (any, error) {
	if c.req.Version > step.RecordVersion {
		return nil, step.UnknownVersion(fmt.Sprintf("unknown request version %d; the newest supported is %d", c.req.Version, step.RecordVersion))
	}
	execution, err := step.ParseExecution(c.req.Execution)
	if err != nil || execution.RunID != c.req.RunID {
		return nil, step.Refused(fmt.Sprintf("execution %q is not one of run %q", c.req.Execution, c.req.RunID))
	}
	c.execution = execution.Number
	switch c.req.Operation {
	case step.Decide:
		return c.decide(ctx)
	case step.Park:
		return c.park(ctx)
	case step.Recover:
		return c.recover(ctx)
	case step.Wake:
		return c.wake(ctx)
	case step.Resume:
		return struct{}{}, nil
	}
	return nil, step.Refused(fmt.Sprintf("unknown operation %q", c.req.Operation))
}

// describe adds the run to the log line, as far as it was read.
func (c *call) describe(line *step.Line) {
	r := c.run
	if r == nil {
		return
	}
	line.Add("flow", r.Flow.Name, "status", r.Status, "document_version", c.req.Version)
	if r.Access != nil && r.Access.Failures > 0 {
		line.Add("deescalation_failing", true, "failures", r.Access.Failures)
	}
}

func (h *Handler) today() *run.Today {
	if h.Today == nil {
		return nil
	}
	return h.Today()
}
