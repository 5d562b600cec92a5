package reconcile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/reconcile/reconcile"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// world is what a sweep works with: runs and leases in memory, a strategy each
// whose calls do what grant says.
type world struct {
	t       *testing.T
	mu      sync.Mutex
	now     time.Time
	runs    map[string]*run.Run
	leases  map[lease.Key]*lease.Lease
	started []string
	stopped []string
	taken   []string
	// grant is what becomes of a call for a strategy.
	grant func(ctx context.Context, strategy string) error
	// record fails for these runs.
	broken map[string]bool
	calls  map[string]int
	// waiting are runs that a sweep looks at before they are due.
	waiting []string
	// unreviewed is how many reviews are overdue.
	unreviewed int
}

func newWorld(t *testing.T) *world {
	return &world{
		t: t, now: start, runs: map[string]*run.Run{}, leases: map[lease.Key]*lease.Lease{}, broken: map[string]bool{}, calls: map[string]int{},
		grant: func(context.Context, string) error { return nil },
	}
}

// lost adds a run that was stored, and whose execution was never started.
func (w *world) lost(id string) {
	r, err := run.New(run.Draft{ID: id, Flow: run.Flow{Name: "f", HookTimeoutSeconds: 10}, Requester: run.Person{ID: "ada"}}, start.Add(-time.Hour))
	if err != nil {
		w.t.Fatal(err)
	}
	w.runs[id] = r
}

// overdue adds a run whose access should be gone.
func (w *world) overdue(id, function string) {
	w.lost(id)
	r := w.runs[id]
	r.Status, r.DurationSeconds = run.Active, 3600
	r.Flow.Strategy = json.RawMessage(`{"type":"lambda","function":"` + function + `"}`)
	r.Fields = map[string]json.RawMessage{"target": json.RawMessage(`{"id":"` + id + `"}`)}
	r.Access = &run.Access{StartsAt: start.Add(-2 * time.Hour), EndsAt: start.Add(-time.Hour)}
	r.Engine.Next, r.Engine.Turn = run.NextActive, 3
	r.Engine.SubscriptionsKnown = true
	k, err := lease.KeyOf(r)
	if err != nil {
		w.t.Fatal(err)
	}
	l, _, err := lease.New(k).BeginGive(id, true, 0, start.Add(-2*time.Hour), start.Add(-time.Hour))
	if err != nil {
		w.t.Fatal(err)
	}
	if l, err = l.EndGive(id, l.Attempt.Fence, lease.Made, "", start.Add(-2*time.Hour)); err != nil {
		w.t.Fatal(err)
	}
	w.leases[k] = l
}

func (w *world) Due(_ context.Context, now time.Time, limit int32, newest bool) (d store.Due, err error) {
	for id, r := range w.runs {
		if !r.Over() && !r.DueAt().After(now) {
			d.Runs = append(d.Runs, id)
		}
	}
	slices.SortFunc(d.Runs, func(a, b string) int { return w.runs[a].DueAt().Compare(w.runs[b].DueAt()) })
	if newest {
		slices.Reverse(d.Runs)
	}
	d.Runs = d.Runs[:min(len(d.Runs), 8*int(limit))]
	for k, l := range w.leases {
		if at, due := l.DueAt(); due && !now.Before(at) {
			d.Leases = append(d.Leases, k)
		}
	}
	return d, nil
}

func (w *world) Overdue(context.Context, time.Time) (int, error) { return w.unreviewed, nil }

func (w *world) Waiting(context.Context, int, time.Time, int32) ([]string, error) {
	return w.waiting, nil
}

func (w *world) LoadAll(_ context.Context, id string) (store.Record, error) {
	return store.Record{Run: w.runs[id]}, nil
}

func (w *world) LoadLease(_ context.Context, k lease.Key) (*lease.Lease, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.leases[k].Clone(), nil
}

func (w *world) Describe(_ context.Context, id string) (reconcile.Ended, error) {
	if w.runs[id].Status == run.Active {
		return reconcile.Ended{Status: "RUNNING"}, nil
	}
	return reconcile.Ended{}, nil
}

func (w *world) Start(_ context.Context, name string, _ []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.started = append(w.started, name)
	return nil
}

func (w *world) Stop(_ context.Context, name, _ string) error {
	w.stopped = append(w.stopped, name)
	return nil
}

func (w *world) record(_ context.Context, request step.RecordRequest, answer any) error {
	id := request.RunID
	if w.broken[id] {
		return errors.New("it can't be read")
	}
	if into, ok := answer.(*stepfn.Document); ok {
		into.Next = run.NextEnded
		return nil
	}
	raw, err := json.Marshal(map[string]any{"name": id, "document": stepfn.Document{RunID: id, Hook: &stepfn.HookTask{}}})
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, answer)
}

// invoke does what functions/grant does: it begins an attempt in the lease, then
// calls the strategy.
func (w *world) invoke(ctx context.Context, request step.GrantRequest, answer any) error {
	id, isLease := request.RunID, request.Lease != nil
	var k lease.Key
	if isLease {
		k = *request.Lease
	} else {
		var err error
		if k, err = lease.KeyOf(w.runs[id]); err != nil {
			return err
		}
	}
	w.mu.Lock()
	w.calls[k.String()]++
	begin := w.leases[k].BeginCheck
	if !isLease {
		begin = func(now, deadline time.Time) (*lease.Lease, bool, error) {
			return w.leases[k].BeginTake(id, now, deadline)
		}
	}
	next, call, err := begin(w.now, w.now.Add(2*time.Minute))
	if err == nil {
		w.leases[k] = next
	}
	w.mu.Unlock()
	if err != nil || !call {
		return err
	}
	if err := w.grant(ctx, k.Strategy); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.taken = append(w.taken, id)
	if answer == nil {
		return nil
	}
	return json.Unmarshal([]byte(`{"gone":true}`), answer)
}

// sweep sweeps once, and lets a minute pass.
func (w *world) sweep() {
	w.t.Helper()
	h := reconcile.New(reconcile.Deps{
		Table: w, Executions: w, Record: w.record, Grant: w.invoke, Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler),
	})
	_, _ = h.Handle(w.t.Context(), step.ReconcileRequest{Source: "aws.events"}) // the error names what failed
	w.now = w.now.Add(time.Minute)
}

func fails(context.Context, string) error { return errors.New("it fails, as always") }

// hangs until its caller gives up.
func hangs(ctx context.Context, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}

// 48 runs whose strategy hangs keep neither a lost run nor the overdue access of
// another strategy from their turn, and a sweep from its end.
func TestAStrategyThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for n := range 48 {
			w.overdue(fmt.Sprintf("hangs%02d", n), "hangs")
		}
		for n := range 5 {
			w.overdue(fmt.Sprintf("works%d", n), "works")
		}
		w.lost("lost")
		w.grant = func(ctx context.Context, strategy string) error {
			if strategy == "lambda:hangs" {
				return hangs(ctx, strategy)
			}
			return nil
		}
		began := time.Now()
		w.sweep()
		if took := time.Since(began); took > 4*time.Minute {
			t.Errorf("the sweep took %v", took)
		}
		if !slices.Contains(w.started, "lost") {
			t.Errorf("started are %v, want the lost run", w.started)
		}
		if len(w.taken) != 5 {
			t.Errorf("taken is %v, want the access of the strategy that works", w.taken)
		}
	})
}

// An execution that has outgrown its limits is stopped once the next has started, and not
// before: the end of an execution that nothing follows ends the access.
func TestNoExecutionIsStoppedBeforeTheNext(t *testing.T) {
	w := newWorld(t)
	w.overdue("long", "works")
	r := w.runs["long"]
	r.Access.EndsAt = start.Add(24 * time.Hour)
	r.Engine.Looks = &run.Looks{Count: run.MaxLooks, Here: run.MaxLooks, LastAt: start}
	w.broken["long"] = true
	w.sweep()
	if len(w.started)+len(w.stopped) > 0 {
		t.Errorf("functions/record failed; started are %v, stopped %v", w.started, w.stopped)
	}
	w.broken["long"] = false
	w.sweep()
	if !slices.Equal(w.started, []string{"long"}) || !slices.Equal(w.stopped, []string{"long"}) {
		t.Errorf("started are %v, stopped %v", w.started, w.stopped)
	}
}

// A run that nothing has moved for less than the lane's five minutes may be in the lane,
// of which nobody can say that it runs. So it gets no execution yet, though it has none.
func TestTheLaneIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.lost("r")
	w.waiting = []string{"r"}
	w.runs["r"].UpdatedAt = start
	for range 5 {
		w.sweep()
		if len(w.started) > 0 {
			t.Fatalf("started are %v, %v after the run was stored", w.started, w.now.Add(-time.Minute).Sub(start))
		}
	}
	w.sweep()
	if !slices.Contains(w.started, "r") {
		t.Errorf("started are %v after five minutes, want the run", w.started)
	}
}

// What always fails is attempted less and less often.
func TestWhatFailsBacksOff(t *testing.T) {
	w := newWorld(t)
	w.overdue("r", "fails")
	w.grant = fails
	for range 24 * 60 {
		w.sweep()
	}
	var k lease.Key
	for k = range w.leases {
	}
	if n := w.calls[k.String()]; n < 20 || n > 40 {
		t.Errorf("access that can't be taken was attempted %d times in a day, want about once an hour", n)
	}
	for k, l := range w.leases {
		l = l.Clone()
		l.Holders[0].State, l.Attempt, l.CheckAt = run.Dropped, nil, w.now
		w.leases[k] = l
	}
	delete(w.runs, "r")
	w.calls = map[string]int{}
	for range 24 * 60 {
		w.sweep()
	}
	if n := w.calls[k.String()]; n < 4 || n > 10 {
		t.Errorf("access that can't be read was read %d times in a day, want ever less often", n)
	}
}

// However many runs fail, a lost one is started within two sweeps, wherever it
// stands among them.
func TestALostRunAmongManyThatFail(t *testing.T) {
	for name, tc := range map[string]struct {
		fail    int
		lost    time.Duration
		minutes int
	}{
		"the last":              {3000, -10 * time.Minute, 0},
		"the longest due":       {3000, -2 * time.Hour, 0},
		"in the middle":         {2999, -time.Hour, 0},
		"in the middle, later":  {3000, -time.Hour, 1},
		"in the middle, fewest": {1600, -time.Hour, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.now = w.now.Add(time.Duration(tc.minutes) * time.Minute)
			for n := range tc.fail {
				id := fmt.Sprintf("broken%04d", n)
				w.lost(id)
				w.broken[id] = true
				w.runs[id].UpdatedAt = start.Add(-time.Hour + time.Duration(n-1500)*time.Second)
			}
			for n := range 20 {
				w.lost(fmt.Sprint("lost", n))
				w.runs[fmt.Sprint("lost", n)].UpdatedAt = start.Add(tc.lost)
			}
			w.sweep()
			w.sweep()
			for n := range 20 {
				if id := fmt.Sprint("lost", n); !slices.Contains(w.started, id) {
					t.Errorf("%s is not started after two sweeps", id)
				}
			}
		})
	}
}

// Overdue access is taken before anything is read once more, the longest overdue
// first.
func TestOverdueAccessComesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for n := range 30 {
			id := fmt.Sprintf("check%02d", n)
			w.overdue(id, "slow")
			delete(w.runs, id)
		}
		for k, l := range w.leases {
			l.Holders[0].State, l.CheckAt = run.Dropped, start.Add(-time.Hour)
			w.leases[k] = l
		}
		for n := range 4 {
			id := fmt.Sprintf("overdue%d", n)
			w.overdue(id, "slow")
			w.runs[id].Access.EndsAt = start.Add(time.Duration(-n-1) * time.Hour)
		}
		w.grant = func(ctx context.Context, _ string) error {
			select {
			case <-time.After(10 * time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		w.sweep()
		first := slices.Sorted(slices.Values(w.taken[:3]))
		if want := []string{"overdue1", "overdue2", "overdue3"}; !slices.Equal(first, want) || !slices.Contains(w.taken[:6], "overdue0") {
			t.Errorf("taken first are %v, want %v and overdue0 next", w.taken[:6], want)
		}
	})
}
