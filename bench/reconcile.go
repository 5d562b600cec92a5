package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/reconcile/reconcile"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
)

// failing is how many leases fail for good.
const failing = 1000

// reconcile counts the sweeps until a lost run is started beside leases that fail
// for good, and measures how long the first takes.
func (b *bench) reconcile(ctx context.Context) ([]figure, error) {
	t, err := openTable(ctx)
	if err != nil {
		return nil, err
	}
	defer t.close()
	for n := range failing {
		l := lease.New(lease.Key{Strategy: "lambda:fails", Person: "ada@example.com", Target: fmt.Sprint(n)})
		l.CheckAt = started.Add(-time.Hour)
		if err := t.store.SaveLease(ctx, l); err != nil {
			return nil, err
		}
	}
	r, err := run.New(run.Draft{ID: run.NewID(started), Requester: run.Person{ID: "ada@example.com"}, Flow: run.Flow{Name: "f", HookTimeoutSeconds: 10}}, started)
	if err != nil {
		return nil, err
	}
	if err := t.store.Create(ctx, r, nil); err != nil {
		return nil, err
	}
	machine := &lost{}
	now := started.Add(10 * time.Minute)
	h := reconcile.New(reconcile.Deps{
		Table: t.store, Executions: machine, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
		Record: func(context.Context, step.RecordRequest, any) error { return nil },
		Grant:  func(context.Context, step.GrantRequest, any) error { return errors.New("it fails, as always") },
	})
	var first time.Duration
	sweeps := 0
	for ; machine.started == 0 && sweeps < 20; sweeps++ {
		began := time.Now()
		_, _ = h.Handle(ctx, step.ReconcileRequest{Source: "aws.events"}) // the error names the leases
		if sweeps == 0 {
			first = time.Since(began)
		}
		now = now.Add(time.Minute)
	}
	return []figure{
		{fmt.Sprintf("a lost request beside %d leases that fail for good: sweeps until it is started", failing), float64(sweeps), "", 2},
		{"the first of these sweeps", first.Seconds(), "s", 60},
	}, nil
}

// lost is a state machine that has no execution until one is started.
type lost struct{ started int }

func (*lost) Describe(context.Context, string) (reconcile.Ended, error) {
	return reconcile.Ended{}, nil
}
func (l *lost) Start(context.Context, string, []byte) error { l.started++; return nil }
func (*lost) Stop(context.Context, string, string) error    { return nil }
