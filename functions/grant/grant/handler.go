package grant

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/logs"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// Store reads runs, and reads and writes leases; see [store.Store] for the
// errors.
type Store interface {
	Load(ctx context.Context, id string) (*run.Run, error)
	LoadLease(ctx context.Context, k lease.Key) (*lease.Lease, error)
	SaveLease(ctx context.Context, l *lease.Lease) error
}

// Deps is what a Handler works with.
type Deps struct {
	Store      Store
	Strategies strategy.Set
	// Now is time.Now unless it is set.
	Now func() time.Time
	// Log is JSON lines on standard output unless it is set.
	Log *slog.Logger
}

// Handler gives and takes access.
type Handler struct{ Deps }

// New gives a handler.
func New(d Deps) *Handler {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = logs.New(os.Stdout)
	}
	return &Handler{d}
}

// Handle answers "give" with a [run.Document] for the wait that follows, "take"
// with [Taken] and "check" with [Checked]. The error is [Refused], [Unable],
// [Later] or [Unavailable], also after a panic. One line is logged, with nothing
// that was asked.
func (h *Handler) Handle(ctx context.Context, req Request) (answer any, err error) {
	started := time.Now()
	attrs := []any{"run_id", req.RunID, "operation", req.Operation}
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		attrs = append(attrs, "request_id", lc.AwsRequestID)
	}
	defer func() {
		if p := recover(); p != nil {
			answer, err = nil, Unavailable{fmt.Sprintf("panic: %v", p)}
			attrs = append(attrs, "stack", string(debug.Stack()))
		}
		attrs = append(attrs, "took_ms", time.Since(started).Milliseconds())
		if err != nil {
			attrs = append(attrs, "code", code(err))
			err = atTheEdge(err)
			// Its text may be a strategy's, and name people: the run keeps it.
			h.Log.Error("access failed", append(attrs, "type", fmt.Sprintf("%T", err))...)
			return
		}
		if c, ok := answer.(Checked); ok && c.Found {
			h.Log.Error("access was there after its end, and was taken back", append(attrs, "access_found", true, "lease", req.Lease.Handle())...)
			return
		}
		h.Log.Info("access", attrs...)
	}()
	if req.Version > requestVersion {
		return nil, Unavailable{fmt.Sprintf("request version %d; %d is the newest known", req.Version, requestVersion)}
	}
	switch req.Operation {
	case "give":
		return h.give(ctx, req)
	case "take":
		return h.take(ctx, req)
	case "check":
		return h.check(ctx, req)
	}
	return nil, Refused{fmt.Sprintf("there is no operation %q", req.Operation)}
}

// code is the code of the AWS error that an error is, "" for none.
func code(err error) string {
	var of interface{ ErrorCode() string }
	if errors.As(err, &of) {
		return of.ErrorCode()
	}
	return ""
}

// margin is how long after the function's own time limit nothing of it can
// have an effect any more: what it had sent has been answered or is lost.
const margin = 5 * time.Second

// deadline is when this invocation is over, whatever becomes of it.
func (h *Handler) deadline(ctx context.Context) time.Time {
	limit := 2 * time.Minute
	if at, ok := ctx.Deadline(); ok {
		limit = time.Until(at)
	}
	return h.Now().Add(limit + margin)
}

// subject is an access, and what gives it.
type subject struct {
	run      *run.Run
	key      lease.Key
	access   strategy.Access
	strategy strategy.Strategy
}

// load reads the run of an execution, and what it asks access to.
func (h *Handler) load(ctx context.Context, id, execution string) (subject, error) {
	r, err := h.Store.Load(ctx, id)
	if err != nil {
		return subject{}, err
	}
	if execution != "" && execution != r.ExecutionName() {
		return subject{}, fmt.Errorf("run %s, execution %s: %w", id, execution, run.ErrNotTheRuns)
	}
	return h.subject(r)
}

func (h *Handler) subject(r *run.Run) (subject, error) {
	s := subject{run: r}
	if !r.Flow.HasAccess() {
		return s, Refused{fmt.Sprintf("run %s gives no access", r.ID)}
	}
	rule, err := lease.StrategyOf(r)
	if err != nil {
		return s, Unable{err.Error()}
	}
	if s.key, err = lease.KeyOf(r); err != nil {
		return s, Unable{err.Error()}
	}
	var there bool
	if s.strategy, there = h.Strategies[rule.Type]; !there {
		return s, Unable{fmt.Sprintf("there is no strategy %q", rule.Type)}
	}
	target, _ := r.Target()
	s.access = strategy.Access{
		RunID: r.ID, Person: r.Requester, Target: strategy.Target(target), Config: rule.Settings, Function: rule.Function,
		DurationSeconds: r.DurationSeconds,
	}
	return s, nil
}

// conflicts is how often a change is tried again because somebody else changed
// the lease meanwhile.
const conflicts = 8

// change reads the lease, changes it and saves it, again if somebody else did so
// meanwhile.
func (h *Handler) change(ctx context.Context, k lease.Key, do func(*lease.Lease) (*lease.Lease, error)) (*lease.Lease, error) {
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
		if err := h.Store.SaveLease(ctx, next); errors.Is(err, store.ErrConflict) {
			continue
		} else if err != nil {
			return nil, err
		}
		return next, nil
	}
	return nil, Unavailable{fmt.Sprintf("lease %s: it was changed %d times meanwhile", k, conflicts)}
}

// ledger keeps with the lease what a call of a strategy leaves on record.
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
