// Package grant is the work of functions/grant, the only function that grants and
// removes access. It takes ids from the request and everything else from the stored
// run, and it writes leases only.
package grant

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// Store reads runs, and reads and writes leases; see [store.Store] for the
// errors.
type Store interface {
	Load(ctx context.Context, id string) (*run.Run, error)
	LoadLease(ctx context.Context, k lease.Key) (*lease.Lease, error)
	SaveLease(ctx context.Context, l *lease.Lease) error
	LoadOutput(ctx context.Context, runID string) (store.Output, error)
	SaveLeaseAndOutput(ctx context.Context, l *lease.Lease, runID string, o store.Output) error
	DeleteOutput(ctx context.Context, runID string) error
}

// Deps are the dependencies of a [Handler].
type Deps struct {
	Store      Store
	Strategies strategy.Set
	// Seal encrypts what the requester of a run alone may read. It is nil in a
	// deployment without a key for that.
	Seal func(ctx context.Context, runID string, plain []byte) ([]byte, error)
	// Now is time.Now unless it is set.
	Now func() time.Time
	// Log is JSON lines on standard output unless it is set.
	Log *slog.Logger
}

// Handler grants and removes access.
type Handler struct{ Deps }

// New returns a handler.
func New(d Deps) *Handler {
	step.Defaults(&d.Now, &d.Log)
	return &Handler{d}
}

// Handle answers "give" with a [stepfn.Document] for the wait that follows, "take"
// with [step.Taken] and "check" with [step.Checked]. The error is of a type of
// package step. The log line has nothing of the request but ids: the text of an
// error may be a strategy's, and name people; the run keeps it.
func (h *Handler) Handle(ctx context.Context, req step.GrantRequest) (any, error) {
	frame := step.Frame{Log: h.Log, Done: "access", Failed: "access failed", Edge: edge, Private: true}
	return step.Invoke(ctx, frame, func(line *step.Line) (any, error) {
		line.Add("run_id", req.RunID, "operation", req.Operation)
		response, err := h.handle(ctx, req)
		if err != nil {
			line.Add("code", code(err))
		}
		if c, ok := response.(step.Checked); ok && c.Found && err == nil {
			line.Say(slog.LevelError, "access outlasted its end, and was removed")
			line.Add("access_found", true, "lease", req.Lease.Handle())
		}
		return response, err
	})
}

func (h *Handler) handle(ctx context.Context, req step.GrantRequest) (any, error) {
	if req.Version > step.GrantVersion {
		return nil, step.Unavailable(fmt.Sprintf("unknown request version %d; the newest supported is %d", req.Version, step.GrantVersion))
	}
	switch req.Operation {
	case step.Give:
		return h.give(ctx, req)
	case step.Take:
		return h.take(ctx, req)
	case step.Check:
		return h.check(ctx, req)
	}
	return nil, step.Refused(fmt.Sprintf("unknown operation %q", req.Operation))
}

// code returns the code of an AWS error, "" for any other.
func code(err error) string {
	if of, ok := errors.AsType[interface {
		error
		ErrorCode() string
	}](err); ok {
		return of.ErrorCode()
	}
	return ""
}

// margin is how long after the function's time limit its last calls may still have an
// effect.
const margin = 5 * time.Second

// deadline returns when this invocation is over, however it ends.
func (h *Handler) deadline(ctx context.Context) time.Time {
	limit := 2 * time.Minute
	if at, ok := ctx.Deadline(); ok {
		limit = time.Until(at)
	}
	return h.Now().Add(limit + margin)
}

// subject is an access and the strategy that grants it.
type subject struct {
	run      *run.Run
	key      lease.Key
	access   strategy.Access
	strategy strategy.Strategy
	// hasOutput reports that the strategy may return something for people. All others
	// cost no call more than they did before there were outputs.
	hasOutput bool
}

// load reads the run of an execution and the access that it requests.
func (h *Handler) load(ctx context.Context, id, execution string) (subject, error) {
	r, err := h.Store.Load(ctx, id)
	if err != nil {
		return subject{}, err
	}
	if execution != "" && execution != step.ExecutionOf(r).Name() {
		return subject{}, fmt.Errorf("run %s, execution %s: %w", id, execution, engine.ErrNotTheRuns)
	}
	return h.subject(r)
}

func (h *Handler) subject(r *run.Run) (subject, error) {
	s := subject{run: r}
	if !r.Flow.HasAccess() {
		return s, step.Refused(fmt.Sprintf("the flow of run %s has no strategy", r.ID))
	}
	rule, err := lease.StrategyOf(r)
	if err != nil {
		return s, step.Unable(err.Error())
	}
	if s.key, err = lease.KeyOf(r); err != nil {
		return s, step.Unable(err.Error())
	}
	var there bool
	if s.strategy, there = h.Strategies[rule.Type]; !there {
		return s, step.Unable(fmt.Sprintf("unknown strategy %q", rule.Type))
	}
	target, _ := r.Target()
	s.access = strategy.Access{
		RunID: r.ID, Person: *r.Holder(), Target: strategy.Target(target), Config: rule.Settings, Function: rule.Function,
		DurationSeconds: lasts(r, h.Now()), Version: rule.Version,
	}
	s.hasOutput = rule.ReturnsOutput()
	if s.hasOutput {
		s.describe(rule, h.Now())
	}
	return s, nil
}

// lasts returns how many seconds the access lasts: of an extension, what is left of the
// access and its own duration; of one that is confirmed, until its new end.
func lasts(r *run.Run, now time.Time) int {
	until := r.AccessUntil(now)
	switch {
	case r.Confirming():
		until = r.ConfirmedUntil()
	case r.Extends == nil:
		return r.DurationSeconds
	}
	return max(int(until.Sub(now)/time.Second), 1)
}

// conflicts is how often a change is tried while others keep changing the lease.
const conflicts = 8

// change loads the lease, changes it and saves it. It begins again if somebody else
// saved the lease meanwhile.
func (h *Handler) change(ctx context.Context, k lease.Key, do func(*lease.Lease) (*lease.Lease, error)) (*lease.Lease, error) {
	return h.changeBy(ctx, k, h.Store.SaveLease, do)
}

// changeBy is change with another way to save the lease.
func (h *Handler) changeBy(ctx context.Context, k lease.Key, save func(context.Context, *lease.Lease) error, do func(*lease.Lease) (*lease.Lease, error)) (*lease.Lease, error) {
	for range conflicts {
		l, err := h.Store.LoadLease(ctx, k)
		if err != nil {
			return nil, err
		}
		next, err := do(l)
		if err != nil {
			return nil, err
		}
		if next == l {
			return l, nil
		}
		if err := save(ctx, next); errors.Is(err, store.ErrConflict) {
			continue
		} else if err != nil {
			return nil, err
		}
		return next, nil
	}
	return nil, step.Unavailable(fmt.Sprintf("lease %s: others changed it %d times meanwhile; retry", k, conflicts))
}

// ledger keeps in the lease what a strategy notes during a call.
type ledger struct {
	h     *Handler
	key   lease.Key
	fence int64
}

func (g ledger) Note(ctx context.Context, id string) error {
	_, err := g.h.change(ctx, g.key, func(l *lease.Lease) (*lease.Lease, error) { return l.Note(g.fence, id) })
	return err
}

func (g ledger) Creating(ctx context.Context, note string) error {
	_, err := g.h.change(ctx, g.key, func(l *lease.Lease) (*lease.Lease, error) { return l.Creating(g.fence, note) })
	return err
}
