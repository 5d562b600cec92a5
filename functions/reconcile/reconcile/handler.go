// Package reconcile is the work of functions/reconcile: it finds runs that are stuck
// and restarts them. It writes nothing itself: functions/record decides, and
// functions/grant removes access.
package reconcile

import (
	"context"
	"log/slog"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Table is the part of [store.Store] that is used.
type Table interface {
	Due(ctx context.Context, now time.Time, limit int32, newest bool) (store.Due, error)
	LoadLease(ctx context.Context, k lease.Key) (*lease.Lease, error)
	Waiting(ctx context.Context, shard int, now time.Time, limit int32) ([]string, error)
	LoadAll(ctx context.Context, id string) (store.Record, error)
	Overdue(ctx context.Context, now time.Time) (int, error)
}

// Deps are the dependencies of a [Handler].
type Deps struct {
	Table      Table
	Executions Executions
	// Record and Grant invoke functions/record and functions/grant.
	Record Invoke[step.RecordRequest]
	Grant  Invoke[step.GrantRequest]
	// HooksFunction is functions/hooks of the project: the first state of a recovery
	// invokes it when no hook is to be called.
	HooksFunction string
	// Now is time.Now unless it is set.
	Now func() time.Time
	// Log is JSON lines on standard output unless it is set.
	Log *slog.Logger
}

// Invoke invokes a function and decodes its response, unless that is nil. The
// error is a [FunctionError] if the function returned one.
type Invoke[Request any] func(ctx context.Context, request Request, response any) error

// Handler sweeps.
type Handler struct{ Deps }

// New returns a handler.
func New(d Deps) *Handler {
	step.Defaults(&d.Now, &d.Log)
	return &Handler{d}
}

// Handle sweeps, or looks at the one run of the event. The error says which
// actions failed; the others were done all the same.
func (h *Handler) Handle(ctx context.Context, req step.ReconcileRequest) (step.Report, error) {
	return step.Invoke(ctx, step.Frame{Log: h.Log, Done: "sweep", Failed: "sweep failed", Private: true}, func(line *step.Line) (step.Report, error) {
		report, err := h.sweep(ctx, req)
		line.Add("actions", len(report.Actions), "dry_run", req.DryRun)
		return report, err
	})
}
