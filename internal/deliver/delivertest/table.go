// Package delivertest has a table in memory for tests of ways and of the router.
package delivertest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Table is a [deliver.Store] in memory. It keeps deliveries as package store does.
type Table struct {
	// Fails, unless nil, is called before each call: its error is that call's.
	Fails func(call string) error

	// Outcomes are what became of changes of rules, by the run, all at OutcomesAt.
	Outcomes   map[string]api.RulesOutcome
	OutcomesAt time.Time

	mu    sync.Mutex
	runs  map[string]*run.Run
	items map[string]map[string]kept
}

type kept struct {
	api.Delivery
	retried bool
}

// Put stores runs, whole.
func (t *Table) Put(all ...*run.Run) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.runs == nil {
		t.runs = map[string]*run.Run{}
	}
	for _, r := range all {
		t.runs[r.ID] = clone(r)
	}
}

func clone(r *run.Run) *run.Run {
	copied, err := r.Clone()
	if err != nil {
		panic(err)
	}
	return copied
}

// Load returns a copy of a run.
func (t *Table) Load(ctx context.Context, id string) (*run.Run, error) {
	defer t.lock()()
	if err := t.fails(ctx, "Load"); err != nil {
		return nil, err
	}
	r, there := t.runs[id]
	if !there {
		return nil, deliver.Permanent{Why: "unknown request"}
	}
	return clone(r), nil
}

// AllDeliveries returns what became of all messages about a run.
func (t *Table) AllDeliveries(ctx context.Context, id string) (all []api.Delivery, err error) {
	defer t.lock()()
	if err := t.fails(ctx, "AllDeliveries"); err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(t.items[id])) {
		all = append(all, t.items[id][key].Delivery)
	}
	return all, nil
}

// BecameOfRules returns what became of a change of rules.
func (t *Table) BecameOfRules(ctx context.Context, id string) (o api.RulesOutcome, at time.Time, there bool, err error) {
	defer t.lock()()
	if err := t.fails(ctx, "BecameOfRules"); err != nil {
		return o, at, false, err
	}
	o, there = t.Outcomes[id]
	return o, t.OutcomesAt, there, nil
}

// claimed is the state of a message that is being sent.
const claimed = "claimed"

// ClaimDelivery claims a message that nobody sent or sends.
func (t *Table) ClaimDelivery(ctx context.Context, id string, d api.Delivery, now time.Time) (bool, string, error) {
	defer t.lock()()
	if err := t.fails(ctx, "ClaimDelivery"); err != nil {
		return false, "", err
	}
	old, there := t.items[id][keyOf(d)]
	if there && !old.retried && (old.State != claimed || now.Sub(old.At) < time.Minute) {
		return false, old.State, nil
	}
	d.State, d.At = claimed, now
	t.put(id, d, false)
	return true, "", nil
}

// SaveDelivery stores what became of a message.
func (t *Table) SaveDelivery(ctx context.Context, id string, d api.Delivery) error {
	defer t.lock()()
	if err := t.fails(ctx, "SaveDelivery"); err != nil {
		return err
	}
	t.put(id, d, false)
	return nil
}

// RetryDelivery stores that a message failed and may be claimed again.
func (t *Table) RetryDelivery(ctx context.Context, id string, d api.Delivery) error {
	defer t.lock()()
	if err := t.fails(ctx, "RetryDelivery"); err != nil {
		return err
	}
	t.put(id, d, true)
	return nil
}

// LoseDelivery stores that a message that was sent did not arrive.
func (t *Table) LoseDelivery(ctx context.Context, id string, d api.Delivery) error {
	defer t.lock()()
	if err := t.fails(ctx, "LoseDelivery"); err != nil {
		return err
	}
	if t.items[id][keyOf(d)].State == api.DeliverySent {
		t.items[id][keyOf(d)] = kept{Delivery: d}
	}
	return nil
}

func (t *Table) put(id string, d api.Delivery, retried bool) {
	if t.items == nil {
		t.items = map[string]map[string]kept{}
	}
	if t.items[id] == nil {
		t.items[id] = map[string]kept{}
	}
	if t.items[id][keyOf(d)].State != api.DeliverySent {
		t.items[id][keyOf(d)] = kept{d, retried}
	}
}

func (t *Table) lock() (unlock func()) {
	t.mu.Lock()
	return t.mu.Unlock
}

func (t *Table) fails(ctx context.Context, call string) error {
	if err := ctx.Err(); err != nil || t.Fails == nil {
		return err
	}
	return t.Fails(call)
}

func keyOf(d api.Delivery) string {
	return fmt.Sprintf("%06d|%s|%s|%s|%s", d.Seq, d.By, d.To, d.Person, d.About)
}
