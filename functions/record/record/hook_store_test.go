package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/record/record"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// allowed is how many requests the hook of a counter approves.
const allowed = 3

// counter is a hook that approves the first few requests that a value counts, by the store
// that it was sent.
func counter(scope run.StoreScope, in hookapi.Invocation) string {
	values := in.Run.Store.Person
	if scope == run.PerFlow {
		values = in.Run.Store.Flow
	}
	is, n := values["count"], 0
	_ = json.Unmarshal(is.Value, &n)
	if n >= allowed {
		return toPeople
	}
	return fmt.Sprintf(`{"transition":"approve","subscriptions":["on_request"],"puts":[{"scope":%q,"key":"count","value":%d,"if_version":%q}]}`, scope, n+1, is.Version)
}

func counting(t *testing.T, table *store.Store, who string) *run.Run {
	t.Helper()
	f := sampleFlow()
	f.Fields, f.Store = []string{}, &run.StoreRule{Person: []string{"count"}, Flow: []string{"count"}}
	r, err := run.New(run.Draft{ID: run.NewID(start), Flow: f, Requester: run.Person{ID: who}}, start)
	if err == nil {
		err = table.Create(t.Context(), r, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// first is the first document of a run, as functions/request makes it.
func first(t *testing.T, table *store.Store, r *run.Run) stepfn.Document {
	t.Helper()
	d, err := stepfn.NewDocument(r, start, nil)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := table.LoadShelves(t.Context(), r)
	if err == nil {
		err = d.AddStore(r.Flow.Store, kept, start)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// plays has a handler of its own play a run whose hook is the counter, until it waits or
// ends. It returns how often the hook was called.
func plays(ctx context.Context, table *store.Store, scope run.StoreScope, r *run.Run, d stepfn.Document) (calls int, err error) {
	h := record.New(record.Deps{
		Store: racing{table}, Bus: racing{}, Waker: racing{}, Now: func() time.Time { return start.Add(time.Second) }, Log: slog.New(slog.DiscardHandler),
		HooksFunction: "hooks", Serves: seven,
	})
	for d.Next == run.NextHook {
		calls++
		answer, err := h.Handle(ctx, step.RecordRequest{
			Version: 2, Operation: "decide", RunID: r.ID, Execution: r.ID, Turn: d.Turn,
			Step: step.ID{State: "Record", EnteredAt: start.Add(time.Duration(calls) * time.Millisecond)}, Response: &engine.HookResponse{Body: json.RawMessage(counter(scope, d.Hook.Invocation)), Version: "7"},
		})
		if err != nil {
			return calls, err
		}
		d = answer.(stepfn.Document)
	}
	return calls, nil
}

// outcomes counts how runs stand, and checks that the value counts the approved ones.
func outcomes(t *testing.T, table *store.Store, all []*run.Run) (approved, pending int) {
	t.Helper()
	for _, r := range all {
		now, err := table.Load(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		switch now.Status {
		case run.Approved:
			approved++
		case run.Pending:
			pending++
		}
		if err := run.Verify(now.History); err != nil {
			t.Error(err)
		}
	}
	return approved, pending
}

// However many requests meet on one counter, it never counts fewer than were approved, and
// no more than it allows are. Each of the rest goes to people.
func TestACounterUnderRaces(t *testing.T) {
	const requests = 24
	for _, scope := range []run.StoreScope{run.PerPerson, run.PerFlow} {
		t.Run(string(scope), func(t *testing.T) {
			table := storetest.New(t)
			var all []*run.Run
			var documents []stepfn.Document
			for n := range requests {
				who := "ada@example.com"
				if scope == run.PerFlow {
					who = fmt.Sprintf("p%d@example.com", n)
				}
				all = append(all, counting(t, table, who))
				documents = append(documents, first(t, table, all[n])) // all of the same values
			}
			var group sync.WaitGroup
			for n, r := range all {
				group.Go(func() {
					if _, err := plays(t.Context(), table, scope, r, documents[n]); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			approved, pending := outcomes(t, table, all)
			if approved != allowed || pending != requests-allowed {
				t.Errorf("%d were approved and %d went to people, want %d and %d", approved, pending, allowed, requests-allowed)
			}
			kept, err := table.LoadShelves(t.Context(), all[0])
			values := map[run.StoreScope]run.Shelf{run.PerPerson: kept.Person, run.PerFlow: kept.Flow}
			if got := string(values[scope].Values["count"].Value); err != nil || got != fmt.Sprint(approved) {
				t.Errorf("it counts %s of %d (%v)", got, approved, err)
			}
		})
	}
}

// Two requests that read the same value don't both count on it: the hook of the second is
// called again, and sees what the first kept.
func TestTheHookIsCalledAgainWithFreshValues(t *testing.T) {
	table := storetest.New(t)
	a, b := counting(t, table, "ada@example.com"), counting(t, table, "ada@example.com")
	da, db := first(t, table, a), first(t, table, b)
	for _, tc := range []struct {
		r     *run.Run
		d     stepfn.Document
		calls int
	}{{a, da, 1}, {b, db, 2}} {
		if calls, err := plays(t.Context(), table, run.PerPerson, tc.r, tc.d); err != nil || calls != tc.calls {
			t.Errorf("the hook was called %d times, want %d (%v)", calls, tc.calls, err)
		}
	}
	kept, err := table.LoadShelves(t.Context(), a)
	if err != nil || string(kept.Person.Values["count"].Value) != "2" {
		t.Errorf("it counts %s (%v)", kept.Person.Values["count"].Value, err)
	}
}

// A person's value is in the events of their own requests alone.
func TestNobodySeesAnothersValues(t *testing.T) {
	table := storetest.New(t)
	ada, eve := counting(t, table, "ada@example.com"), counting(t, table, "eve@example.com")
	if _, err := plays(t.Context(), table, run.PerPerson, ada, first(t, table, ada)); err != nil {
		t.Fatal(err)
	}
	if got := first(t, table, counting(t, table, "ada@example.com")).Hook.Invocation.Run.Store.Person["count"]; string(got.Value) != "1" {
		t.Errorf("ada's next request has %s", got.Value)
	}
	if got := first(t, table, eve).Hook.Invocation.Run.Store; len(got.Person) != 0 || len(got.Flow) != 0 {
		t.Errorf("eve's request has %+v", got)
	}
}

// Whichever call fails, before it is made or after: what a hook keeps is kept once.
func TestACounterOverCrashes(t *testing.T) {
	f := sampleFlow()
	f.Fields, f.Store = []string{}, &run.StoreRule{Person: []string{"count"}}
	const answer = `{"transition":"approve","subscriptions":["on_request"],"puts":[{"scope":"person","key":"count","value":%d,"if_version":%q}]}`
	for fails := 0; ; fails++ {
		again := false
		for _, lost := range []bool{false, true} {
			table := storetest.New(t)
			version := ""
			for n := 1; n <= 2; n++ {
				m := newMachine(t, table, f, map[run.HookName]string{run.OnRequest: fmt.Sprintf(answer, n, version)})
				if m.lost = lost; n == 1 {
					m.fails = fails
				}
				r := m.run()
				again = again || n == 1 && m.calls > fails
				kept, err := table.LoadShelves(t.Context(), r)
				is := kept.Person.Values["count"]
				if err != nil || r.Status != run.Approved || string(is.Value) != fmt.Sprint(n) || kept.Person.Version != int64(n) {
					t.Errorf("call %d, lost %v: request %d is %s, and the value %s in version %d (%v)", fails, lost, n, r.Status, is.Value, kept.Person.Version, err)
				}
				version = is.Version
			}
		}
		if !again {
			if fails < 5 {
				t.Errorf("only %d calls are made", fails)
			}
			return
		}
	}
}
