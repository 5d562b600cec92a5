// Package record is the work of functions/record: it reads a run and what came
// of it, has package run decide, writes the outcome under the condition that
// nobody wrote meanwhile, and tells the bus.
package record

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
)

// Store reads and writes runs; see [store.Store] for the errors.
type Store interface {
	LoadAll(ctx context.Context, id string) (store.Record, error)
	Save(ctx context.Context, r *run.Run) error
	Linked(ctx context.Context, today func(handle string) []string, people ...*run.Person) error
	LoadTallies(ctx context.Context, r *run.Run) (run.Tallies, error)
	SaveCounted(ctx context.Context, r *run.Run, t run.Tallies, now time.Time) error
	ExpireContext(ctx context.Context, r *run.Run, context []byte) error
	LoadLease(ctx context.Context, k lease.Key) (*lease.Lease, error)
	MarkPublished(ctx context.Context, id, hash string, now time.Time) error
}

// Bus tells the world what happened. Publishing an event again is allowed: its
// id tells.
type Bus interface {
	Publish(ctx context.Context, events []Event) error
}

// Waker ends a wait. A token that is no longer waited for is no error.
type Waker interface {
	Wake(ctx context.Context, token string) error
}

// Deps is what a Handler works with.
type Deps struct {
	Store Store
	Bus   Bus
	Waker Waker
	// Today returns who may act; nil, or if it returns nil, leaves it to each run's
	// own lists.
	Today func() *run.Today
	// HooksFunction is functions/hooks of this project, by an alias; Serves tells
	// which version that is now, and nil that it can't be known.
	HooksFunction string
	Serves        Serves
	// Namespace is what CloudWatch keeps metrics under; none are logged if it is
	// empty.
	Namespace string
	// Now is time.Now unless it is set.
	Now func() time.Time
	// NoWebhook reports that functions/notify has no webhook.
	NoWebhook bool
	// Log is JSON lines on standard output unless it is set.
	Log *slog.Logger
}

// Handler answers the state machine.
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

// Parked is the answer to "park"; the state machine doesn't look at it.
type Parked struct {
	RunID string `json:"run_id"`
	Woken bool   `json:"woken"`
}

// Handle answers "decide" with a [run.Document], "park" with [Parked], "recover"
// with [Recovered], "wake" with [Parked] and "resume" with nothing. The error is
// [Refused], [Unavailable] or [UnknownVersion], also after a panic.
// One line is logged, and one of metrics where there are any, with neither a token nor anything that was asked.
func (h *Handler) Handle(ctx context.Context, req Request) (answer any, err error) {
	started := time.Now()
	attrs := []any{"run_id", req.RunID, "operation", req.Operation, "step", req.Step.State}
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		attrs = append(attrs, "request_id", lc.AwsRequestID)
	}
	var r *run.Run
	defer func() {
		if p := recover(); p != nil {
			answer, err = nil, Unavailable{fmt.Sprintf("panic: %v", p)}
			attrs = append(attrs, "stack", string(debug.Stack()))
		}
		if r != nil {
			attrs = append(attrs, "flow", r.Flow.Name, "status", r.Status, "document_version", req.Version)
			if r.Access != nil && r.Access.Failures > 0 {
				attrs = append(attrs, "deescalation_failing", true, "failures", r.Access.Failures)
			}
		}
		attrs = append(attrs, "took_ms", time.Since(started).Milliseconds())
		if err != nil {
			err = atTheEdge(without(req.Token, err))
			h.Log.Error("step failed", append(attrs, "error", err.Error(), "type", fmt.Sprintf("%T", err))...)
			return
		}
		if d, ok := answer.(run.Document); ok {
			attrs = append(attrs, "next", d.Next, "turn", d.Turn.Number)
		}
		h.Log.Info("step", attrs...)
	}()
	if req.Version > requestVersion {
		return nil, UnknownVersion{fmt.Sprintf("request version %d; %d is the newest known", req.Version, requestVersion)}
	}
	execution, err := req.execution()
	if err != nil {
		return nil, err
	}
	switch req.Operation {
	case "decide":
		r, answer, err = h.decide(ctx, req, execution)
	case "park":
		r, answer, err = h.park(ctx, req, execution)
	case "recover":
		r, answer, err = h.recover(ctx, req, execution)
	case "wake":
		r, answer, err = h.wake(ctx, req)
	case "resume":
		// The first state of a recovery that an older release started.
		return struct{}{}, nil
	default:
		err = Refused{fmt.Sprintf("there is no operation %q", req.Operation)}
	}
	return answer, err
}

// conflicts is how often a change is tried again because somebody else changed
// the run meanwhile.
const conflicts = 5

func (h *Handler) decide(ctx context.Context, req Request, execution int) (r *run.Run, answer any, err error) {
	for try := range crowd {
		if !h.again(ctx, r, try) {
			break
		}
		rec, err := h.Store.LoadAll(ctx, req.RunID)
		if err != nil {
			return r, nil, err
		}
		r = rec.Run
		if err := r.Admit(execution, req.Turn, req.Version >= withNonce); err != nil {
			return r, nil, err
		}
		if people := r.Separated(rec.Acts); len(people) > 0 {
			if err := h.Store.Linked(ctx, h.today().LinksOf, people...); err != nil {
				return r, nil, err
			}
		}
		published := published(rec, req.Turn.Number)
		hold, err := h.hold(ctx, r)
		if err != nil {
			return r, nil, err
		}
		tallies, err := h.tallies(ctx, r)
		if err != nil {
			return r, nil, err
		}
		now := h.Now()
		d, err := within(rec, run.Step{
			NoWebhook: h.NoWebhook,
			ID:        req.stepID(execution), Execution: execution, Turn: req.Turn.Number, Heard: req.Heard, Caught: req.Caught,
			Acts: rec.Acts, Hold: hold, Today: h.today(), Tallies: tallies, HooksVersion: h.hooksVersion(ctx, rec.Run, rec.Acts, req),
		}, now)
		if err != nil {
			return r, nil, err
		}
		if d.changed {
			d.next.Engine.Published = published.entries
			req.proves(d.next)
			if err := h.save(ctx, rec, d.next, tallies.Counted(r, d.next), now); errors.Is(err, store.ErrConflict) {
				continue
			} else if err != nil {
				return r, nil, err
			}
			h.measure(r, d.next)
		}
		if err := h.publish(ctx, d.next, published); err != nil {
			return r, nil, err
		}
		return d.next, h.known(req, d.document), nil
	}
	return r, nil, Unavailable{fmt.Sprintf("run %s: it, or what counts against the limits of its flow, was changed again and again while deciding", req.RunID)}
}

func (h *Handler) park(ctx context.Context, req Request, execution int) (r *run.Run, answer any, err error) {
	for range conflicts {
		rec, err := h.Store.LoadAll(ctx, req.RunID)
		if err != nil {
			return r, nil, err
		}
		r = rec.Run
		if err := r.Admit(execution, req.Turn, req.Version >= withNonce); err != nil {
			return r, nil, err
		}
		hold, err := h.hold(ctx, r)
		if err != nil {
			return r, nil, err
		}
		published := published(rec, req.Turn.Number)
		parking := run.Parking{
			Step: req.stepID(execution), Execution: execution, Turn: req.Turn.Number, Token: req.Token, Acts: rec.Acts, Hold: hold,
			Order: run.TokenOrder{
				Execution: execution, Redrive: req.Step.RedriveCount, EnteredAt: req.Step.EnteredAt, Retry: req.Step.RetryCount,
			},
		}
		next, changed, wake, err := run.Park(rec.Run, parking, h.Now())
		if err != nil {
			return r, nil, err
		}
		if changed {
			next.Engine.Published = published.entries
			req.proves(next)
			if err := h.Store.Save(ctx, next); errors.Is(err, store.ErrConflict) {
				continue
			} else if err != nil {
				return r, nil, err
			}
			h.measure(r, next)
		}
		if err := h.publish(ctx, next, published); err != nil {
			return r, nil, err
		}
		h.markPublished(ctx, next, published)
		if changed {
			// An act that was stored after the read found no token to wake, and
			// was not seen: it is looked for once the token is there.
			if rec, err = h.Store.LoadAll(ctx, req.RunID); err != nil {
				return r, nil, err
			}
			parking.Acts = rec.Acts
			if _, _, wake, err = run.Park(rec.Run, parking, h.Now()); err != nil {
				return r, nil, err
			}
		}
		if wake {
			if err := h.Waker.Wake(ctx, req.Token); err != nil {
				return r, nil, err
			}
		}
		return next, Parked{RunID: req.RunID, Woken: wake}, nil
	}
	return r, nil, Unavailable{fmt.Sprintf("run %s: it was changed %d times while parking", req.RunID, conflicts)}
}

// save writes a changed run, with what it counts. What was sent along with one that
// is over expires when it does.
func (h *Handler) save(ctx context.Context, rec store.Record, next *run.Run, t run.Tallies, now time.Time) error {
	if rec.Context != nil && !next.ExpiresAt().IsZero() && !rec.Run.Over() {
		if err := h.Store.ExpireContext(ctx, next, rec.Context); err != nil {
			return err
		}
	}
	return h.Store.SaveCounted(ctx, next, t, now)
}

func (h *Handler) today() *run.Today {
	if h.Today == nil {
		return nil
	}
	return h.Today()
}
