package record_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/stats"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// lives are runs of which each call is to fail once.
var lives = map[string]struct {
	answers map[run.HookName]string
	arrives func(*machine)
	want    run.Status
}{
	"fast tracked": {
		map[run.HookName]string{run.OnRequest: `{"transition":"approve","reason":"ok","subscriptions":["on_request","on_approve","after_approve"]}`},
		nil, run.Approved,
	},
	"denied by a hook": {
		map[run.HookName]string{run.OnRequest: `{"transition":"deny","reason":"no","subscriptions":["on_request"]}`},
		nil, run.Denied,
	},
	"approved by a person, with hooks": {
		map[run.HookName]string{run.OnRequest: `{"subscriptions":["on_request","after_request","on_approve","after_approve"]}`},
		func(m *machine) { m.acts(run.Approve, "root@example.com") }, run.Approved,
	},
	"denied after an approve that was ignored": {
		map[run.HookName]string{
			run.OnRequest: `{"subscriptions":["on_request","on_approve"]}`,
			run.OnApprove: `{"transition":"ignore","message":"not you"}`,
		},
		func(m *machine) { m.acts(run.Approve, "root@example.com"); m.acts(run.Deny, "root@example.com") }, run.Denied,
	},
	"a hook that fails, and people": {
		map[run.HookName]string{run.OnRequest: `{"subscriptions":["on_request","after_request"]}`, run.AfterRequest: `[]`},
		func(m *machine) { m.acts(run.Deny, "root@example.com") }, run.Denied,
	},
	"expired": {
		map[run.HookName]string{run.OnRequest: `{"subscriptions":["on_request"]}`},
		func(m *machine) { m.now = m.now.Add(2 * 3600e9) }, run.Expired,
	},
}

// countedAs compares what is counted with what the runs of the flow say themselves.
func countedAs(t *testing.T, table *store.Store, runs ...*run.Run) {
	t.Helper()
	var want stats.Totals
	for _, r := range runs {
		want.Add(stats.Of(&run.Run{}, r))
	}
	got, first, err := table.LoadStats(t.Context(), runs[0].Flow.Name, start)
	if err != nil {
		t.Fatal(err)
	}
	// When a step is retried, times differ: of the failures, and of what was written last.
	untimed := cmp.Options{
		cmpopts.IgnoreFields(api.FailingHook{}, "LastAt", "LastRequest"), cmpopts.IgnoreFields(api.VersionSeen{}, "FirstSeen", "LastSeen"),
		cmpopts.SortSlices(func(a, b api.FailingHook) bool { return a.Hook < b.Hook }),
	}
	if diff := cmp.Diff(want.Stats(), got.Stats(), untimed); diff != "" {
		t.Errorf("counted otherwise than decided (-decided +counted):\n%s", diff)
	}
	if first.IsZero() {
		t.Error("it does not say since when it counts")
	}
}

// Whichever call fails, before it is made or after, and whether its step is
// retried or a new one comes in its place: the run ends as it would, every entry
// of its history was published, and nothing was decided or counted twice.
func TestACrashAtEachCall(t *testing.T) {
	for name, life := range lives {
		t.Run(name, func(t *testing.T) {
			table := storetest.New(t)
			var runs []*run.Run
			whole := newMachine(t, table, sampleFlow(), life.answers)
			whole.arrives = life.arrives
			want := check(t, whole, life.want)
			runs = append(runs, whole.stored())
			for fails := range whole.calls {
				for _, lost := range []bool{false, true} {
					for _, recover := range []bool{false, true} {
						m := newMachine(t, table, sampleFlow(), life.answers)
						m.arrives, m.fails, m.lost, m.recover = life.arrives, fails, lost, recover
						t.Run(fmt.Sprintf("call %d, answer lost %v, new step %v", fails, lost, recover), func(t *testing.T) {
							m.t = t
							if got := check(t, m, life.want); got != want {
								t.Errorf("the history has %d entries, want %d", got, want)
							}
						})
						m.t = t
						runs = append(runs, m.stored())
					}
				}
			}
			countedAs(t, table, runs...)
		})
	}
}

// check plays the run and returns the length of its history.
func check(t *testing.T, m *machine, want run.Status) int {
	t.Helper()
	r := m.run()
	if r.Status != want {
		t.Fatalf("the run is %s, want %s", r.Status, want)
	}
	if err := run.Verify(r.History); err != nil {
		t.Error(err)
	}
	sent := map[string]string{}
	for _, e := range m.events {
		if before, again := sent[e.ID]; again && before != e.Entry.Hash {
			t.Errorf("event %s was sent with two entries", e.ID)
		}
		sent[e.ID] = e.Entry.Hash
	}
	for _, e := range r.History {
		if id := fmt.Sprintf("%s-%d", r.ID, e.Seq); sent[id] != e.Hash {
			t.Errorf("%s (%s) was not published", id, e.Event)
		}
	}
	if len(sent) != len(r.History) {
		t.Errorf("%d events of %d entries", len(sent), len(r.History))
	}
	return len(r.History)
}

// Without a failure no event is sent twice.
func TestEventsAreSentOnceWhenNothingFails(t *testing.T) {
	for name, life := range lives {
		m := newMachine(t, storetest.New(t), sampleFlow(), life.answers)
		m.arrives = life.arrives
		if r := m.run(); len(m.events) != len(r.History) {
			t.Errorf("%s: %d events of %d entries", name, len(m.events), len(r.History))
		}
	}
}
