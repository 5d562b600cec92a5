package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/record/record"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// racing has one table and many functions at once; nothing is published or woken.
type racing struct{ *store.Store }

func (racing) Publish(context.Context, []api.Event) error { return nil }
func (racing) Wake(context.Context, string) error         { return nil }

// askedOf stores a request of somebody in a flow with limits.
func askedOf(t *testing.T, table *store.Store, who string, limits run.FastTrack) *run.Run {
	t.Helper()
	f := sampleFlow()
	f.FastTrack = &limits
	r, err := run.New(run.Draft{ID: run.NewID(start), Flow: f, Requester: run.Person{ID: who}}, start)
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Create(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	return r
}

// decides has a handler of its own decide what on_request answered.
func decides(ctx context.Context, table *store.Store, r *run.Run, answer string, now time.Time) error {
	h := record.New(record.Deps{
		Store: racing{table}, Bus: racing{}, Waker: racing{}, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
		HooksFunction: "hooks", Serves: seven,
	})
	_, err := h.Handle(ctx, step.RecordRequest{
		Version: 2, Operation: "decide", RunID: r.ID, Execution: r.ID, Turn: engine.PresentTurn(r),
		Step: step.ID{State: "Record", EnteredAt: now}, Response: &engine.HookResponse{Body: json.RawMessage(answer), Version: "7"},
	})
	return err
}

// However many requests are decided at once, exactly as many are fast-tracked as
// the limits allow; each of the rest goes to people.
func TestLimitsUnderRaces(t *testing.T) {
	const requests = 40
	for name, tc := range map[string]struct {
		limits run.FastTrack
		people int // who ask
		want   int
	}{
		"of the flow":          {run.FastTrack{MaxPerHour: 7}, requests, 7},
		"of a person":          {run.FastTrack{MaxPerPersonPerDay: 3}, 1, 3},
		"of each of two":       {run.FastTrack{MaxPerPersonPerDay: 3}, 2, 6},
		"of both, and so less": {run.FastTrack{MaxPerPersonPerDay: 3, MaxPerHour: 5}, 2, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := storetest.New(t)
			var all []*run.Run
			for n := range requests {
				all = append(all, askedOf(t, table, fmt.Sprintf("p%d@example.com", n%tc.people), tc.limits))
			}
			var group sync.WaitGroup
			for _, r := range all {
				group.Go(func() {
					if err := decides(t.Context(), table, r, approve, start.Add(time.Second)); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			approved, pending := 0, 0
			for _, r := range all {
				r, err := table.Load(t.Context(), r.ID)
				if err != nil {
					t.Fatal(err)
				}
				switch r.Status {
				case run.Approved:
					approved++
				case run.Pending:
					pending++
				}
			}
			if approved != tc.want || pending != requests-tc.want {
				t.Errorf("%d were approved and %d went to people, want %d and %d", approved, pending, tc.want, requests-tc.want)
			}
		})
	}
}

// A denial keeps on_request from approving what the same person asks next, and
// nobody else's, for as long as the flow says.
func TestQuietAfterDenial(t *testing.T) {
	table := storetest.New(t)
	limits := run.FastTrack{QuietAfterDenialSeconds: 3600}
	for _, tc := range []struct {
		who, answer string
		after       time.Duration
		want        run.Status
	}{
		{"ada@example.com", approve, 1 * time.Second, run.Approved},
		{"ada@example.com", `{"transition":"deny","subscriptions":["on_request"]}`, 2 * time.Second, run.Denied},
		{"ada@example.com", approve, 3 * time.Second, run.Pending},
		{"bob@example.com", approve, 4 * time.Second, run.Approved},
		{"ada@example.com", approve, 59 * time.Minute, run.Pending},
		{"ada@example.com", approve, time.Hour + 2*time.Second, run.Approved},
	} {
		r := askedOf(t, table, tc.who, limits)
		if err := decides(t.Context(), table, r, tc.answer, start.Add(tc.after)); err != nil {
			t.Fatal(err)
		}
		got, err := table.Load(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.Status != tc.want {
			t.Errorf("%s after %v: got %s, want %s", tc.who, tc.after, got.Status, tc.want)
		}
	}
}

// A write whose answer was lost is not counted twice.
func TestCountedOnceOverCrashes(t *testing.T) {
	for fails := range 8 {
		for _, lost := range []bool{false, true} {
			table := storetest.New(t)
			f := sampleFlow()
			f.FastTrack = &run.FastTrack{MaxPerPersonPerDay: 2, MaxPerHour: 2}
			play := func(fails int) *run.Run {
				m := newMachine(t, table, f, map[run.HookName]string{run.OnRequest: approve})
				m.fails, m.lost = fails, lost
				m.arrives = func(m *machine) { m.acts(run.Deny, "root@example.com") }
				return m.run()
			}
			var got []string
			for n, fails := range []int{fails, -1, -1} {
				r := play(fails)
				got = append(got, string(r.Status))
				if n == 0 && r.Status != run.Approved {
					t.Errorf("call %d, lost %v: the first is %s", fails, lost, r.Status)
				}
			}
			if s := strings.Join(got, " "); s != "approved approved denied" {
				t.Errorf("call %d, lost %v: got %s, want two approved and the third left to people", fails, lost, s)
			}
		}
	}
}
