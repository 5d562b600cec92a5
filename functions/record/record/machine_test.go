package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/record/record"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/stats"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// machine plays the state machine to a handler over a real table: it steps on as
// statemachine.asl.json does, and retries a step that fails.
type machine struct {
	t     *testing.T
	table *store.Store
	id    string
	// answers are the responses of the hooks, by name; "" is none.
	answers map[run.HookName]string
	// arrives is called when a wait is parked, for people to act.
	arrives func(m *machine)
	now     time.Time
	steps   int
	// reason is what people give; "" is a short one.
	reason string
	// calls counts the calls of the handler to others; the one of number fails
	// is not made, or made and its answer lost.
	calls, fails int
	lost         bool
	// recover has a step that fails be given up, and a new one come.
	recover bool
	events  []api.Event
	woken   []string
	// counts is called with what is counted.
	counts func(*run.Run, stats.Delta)
}

func newMachine(t *testing.T, table *store.Store, flow run.Flow, answers map[run.HookName]string) *machine {
	t.Helper()
	r, err := run.New(run.Draft{ID: run.NewID(start), Requester: run.Person{ID: "ada@example.com"}, Flow: flow, Channel: run.ViaAPI}, start)
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Create(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	return &machine{t: t, table: table, id: r.ID, answers: answers, now: start.Add(time.Second), fails: -1}
}

func sampleFlow() run.Flow {
	return run.Flow{
		Name: "f", Hooks: "hooks", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"},
		Review: run.ReviewRule{Approvers: []string{"group:sre"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600},
	}
}

// seven is the version of the hook function.
func seven(context.Context) (string, error) { return "7", nil }

// errCrash is the error of a call whose function has died.
var errCrash = fmt.Errorf("the connection was closed")

// call makes a call, unless it is the one that fails.
func (m *machine) call(do func() error) error {
	n := m.calls
	m.calls++
	if n != m.fails {
		return do()
	}
	if m.lost {
		if err := do(); err != nil {
			return err
		}
	}
	return errCrash
}

func (m *machine) Load(ctx context.Context, id string) (r *run.Run, err error) {
	err = m.call(func() (err error) { r, err = m.table.Load(ctx, id); return err })
	return r, err
}

func (m *machine) LoadAll(ctx context.Context, id string) (rec store.Record, err error) {
	err = m.call(func() (err error) { rec, err = m.table.LoadAll(ctx, id); return err })
	return rec, err
}

func (m *machine) Linked(ctx context.Context, today func(string) []string, people ...*run.Person) error {
	return m.call(func() error { return m.table.Linked(ctx, today, people...) })
}

func (m *machine) LoadOutput(ctx context.Context, id string) (o store.Output, err error) {
	err = m.call(func() (err error) { o, err = m.table.LoadOutput(ctx, id); return err })
	return o, err
}

func (m *machine) LoadLease(ctx context.Context, k lease.Key) (l *lease.Lease, err error) {
	err = m.call(func() (err error) { l, err = m.table.LoadLease(ctx, k); return err })
	return l, err
}

func (m *machine) LoadShelves(ctx context.Context, r *run.Run) (s run.Shelves, err error) {
	err = m.call(func() (err error) { s, err = m.table.LoadShelves(ctx, r); return err })
	return s, err
}

func (m *machine) LoadTallies(ctx context.Context, r *run.Run) (t run.Tallies, err error) {
	err = m.call(func() (err error) { t, err = m.table.LoadTallies(ctx, r); return err })
	return t, err
}

func (m *machine) SaveTallied(ctx context.Context, r *run.Run, t run.Tallies, now time.Time) error {
	return m.call(func() error { return m.table.SaveTallied(ctx, r, t, now) })
}

func (m *machine) CountingShard(now time.Time) int { return m.table.CountingShard(now) }

func (m *machine) Count(ctx context.Context, r *run.Run, d stats.Delta, now time.Time) error {
	if m.counts != nil {
		m.counts(r, d)
	}
	return m.call(func() error { return m.table.Count(ctx, r, d, now) })
}

func (m *machine) ExpireContext(ctx context.Context, r *run.Run, context []byte) error {
	return m.call(func() error { return m.table.ExpireContext(ctx, r, context) })
}

func (m *machine) MarkPublished(ctx context.Context, id, hash string, now time.Time) error {
	return m.call(func() error { return m.table.MarkPublished(ctx, id, hash, now) })
}

func (m *machine) Publish(_ context.Context, events []api.Event) error {
	return m.call(func() error { m.events = append(m.events, events...); return nil })
}

func (m *machine) Wake(_ context.Context, token string) error {
	return m.call(func() error { m.woken = append(m.woken, token); return nil })
}

func (m *machine) handler() *record.Handler {
	return record.New(record.Deps{
		Store: m, Bus: m, Waker: m, Now: func() time.Time { return m.now }, Log: slog.New(slog.DiscardHandler),
		HooksFunction: "hooks", Serves: seven,
	})
}

// step has the handler do one step, again and again until it does not fail.
func (m *machine) step(state, operation string, doc stepfn.Document, token string) any {
	m.t.Helper()
	req := step.RecordRequest{
		Version: 1, Operation: operation, RunID: m.id, Execution: m.id, Turn: doc.Turn,
		Response: doc.Response, Caught: doc.Caught, Token: token,
	}
	for try := range 5 {
		if try == 0 || m.recover {
			m.steps++
			m.now = m.now.Add(time.Second)
		}
		req.Step = step.ID{State: state, EnteredAt: start.Add(time.Duration(m.steps) * time.Millisecond)}
		if operation == "park" {
			req.Step.RetryCount = try
		}
		answer, err := m.handler().Handle(m.t.Context(), req)
		if err == nil {
			return answer
		}
		if operation == "park" && m.recover {
			return nil // to Record, by way of Recover
		}
	}
	m.t.Fatalf("%s fails again and again", state)
	return nil
}

// run plays the run to its end, and returns it.
func (m *machine) run() *run.Run {
	m.t.Helper()
	r, err := m.table.Load(m.t.Context(), m.id)
	if err != nil {
		m.t.Fatal(err)
	}
	doc, err := stepfn.NewDocument(r, m.now, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	for range 2000 {
		switch doc.Next {
		case run.NextHook:
			doc.Response = &engine.HookResponse{Body: json.RawMessage(m.answers[run.HookName(doc.Hook.Invocation.Hook)]), Version: "7"}
		case run.NextReview:
			m.steps++
			token := fmt.Sprint("token", m.steps)
			parked := m.step("Review", "park", doc, token) != nil
			if parked && !slices.Contains(m.woken, token) && m.arrives != nil {
				m.arrives(m)
			}
		default:
			r, err := m.table.Load(m.t.Context(), m.id)
			if err != nil {
				m.t.Fatal(err)
			}
			return r
		}
		doc = m.step("Record", "decide", doc, "").(stepfn.Document)
	}
	m.t.Fatal("the run does not end")
	return nil
}

// stored returns the run as it is stored.
func (m *machine) stored() *run.Run {
	m.t.Helper()
	r, err := m.table.Load(m.t.Context(), m.id)
	if err != nil {
		m.t.Fatal(err)
	}
	return r
}

// acts has a person act.
func (m *machine) acts(event run.EventName, person string) {
	m.t.Helper()
	m.now = m.now.Add(time.Second) // so that acts come in the order of their ids
	a := run.Act{ID: run.NewID(m.now), Event: event, Person: run.Person{ID: person}, At: m.now, Channel: run.ViaAPI, Reason: "as agreed"}
	if m.reason != "" {
		a.Reason = m.reason
	}
	r, err := m.table.Load(m.t.Context(), m.id)
	if err == nil {
		err = m.table.AddAct(m.t.Context(), r, a)
	}
	if err != nil {
		m.t.Fatal(err)
	}
}
