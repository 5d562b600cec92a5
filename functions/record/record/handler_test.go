package record_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// fakes stand for the table, the bus and Step Functions.
type fakes struct {
	rec       store.Record
	conflicts int
	saves     int
	events    []api.Event
	woken     []string
	counts    []string
	fail      map[string]error
	// others are runs beside that of rec.
	others map[string]*run.Run
}

func (f *fakes) Load(ctx context.Context, id string) (*run.Run, error) {
	if other := f.others[id]; other != nil {
		return other, nil
	}
	rec, err := f.LoadAll(ctx, id)
	return rec.Run, err
}

func (f *fakes) LoadAll(_ context.Context, id string) (store.Record, error) {
	if err := f.fail["load"]; err != nil {
		return store.Record{}, err
	}
	if f.rec.Run == nil || f.rec.Run.ID != id {
		return store.Record{}, store.ErrNotFound
	}
	return f.rec, nil
}

func (f *fakes) Linked(context.Context, func(string) []string, ...*run.Person) error {
	return f.fail["linked"]
}

func (f *fakes) LoadShelves(context.Context, *run.Run) (run.Shelves, error) {
	return run.Shelves{}, nil
}

func (f *fakes) LoadOutput(context.Context, string) (store.Output, error) { return store.Output{}, nil }

func (f *fakes) LoadLease(_ context.Context, k lease.Key) (*lease.Lease, error) {
	return lease.New(k), nil
}

func (f *fakes) SaveTallied(_ context.Context, r *run.Run, _ run.Tallies, _ time.Time) error {
	if err := f.fail["save"]; err != nil {
		return err
	}
	if f.conflicts > 0 {
		f.conflicts--
		return store.ErrConflict
	}
	f.saves++
	f.rec.Run = r
	return nil
}

func (f *fakes) CountingShard(time.Time) int { return 3 }

func (f *fakes) Count(_ context.Context, r *run.Run, d stats.Delta, _ time.Time) error {
	if err := f.fail["count"]; err != nil {
		return err
	}
	f.counts = append(f.counts, fmt.Sprint(r.Engine.Counting.Shard, r.Engine.Counting.From, slices.Sorted(maps.Keys(d.Add))))
	return nil
}

func (f *fakes) ExpireContext(context.Context, *run.Run, []byte) error { return nil }

func (f *fakes) MarkPublished(_ context.Context, _, hash string, _ time.Time) error {
	f.rec.Published = hash
	return f.fail["mark"]
}

func (f *fakes) LoadTallies(context.Context, *run.Run) (run.Tallies, error) {
	return run.Tallies{}, nil
}

func (f *fakes) Publish(_ context.Context, events []api.Event) error {
	if err := f.fail["publish"]; err != nil {
		return err
	}
	f.events = append(f.events, events...)
	return nil
}

func (f *fakes) Wake(_ context.Context, token string) error {
	f.woken = append(f.woken, token)
	return f.fail["wake"]
}

func newFakes(t *testing.T) *fakes {
	t.Helper()
	r, err := run.New(run.Draft{ID: run.NewID(start), Requester: run.Person{ID: "ada@example.com"}, Flow: run.Flow{
		Name: "f", Hooks: "hooks", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"},
		Review: run.ReviewRule{Approvers: []string{"group:sre"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600},
	}}, start)
	if err != nil {
		t.Fatal(err)
	}
	return &fakes{rec: store.Record{Run: r}, fail: map[string]error{}}
}

func (f *fakes) handler() *record.Handler {
	return record.New(record.Deps{
		Store: f, Bus: f, Waker: f, Now: func() time.Time { return start.Add(time.Second) }, Log: slog.New(slog.DiscardHandler),
		HooksFunction: "hooks", Serves: seven,
	})
}

// step is the request of the nth Record, with the response of a hook.
func (f *fakes) step(n int, answer string) step.RecordRequest {
	req := step.RecordRequest{
		Version: 1, Operation: "decide", RunID: f.rec.Run.ID, Execution: f.rec.Run.ID, Turn: engine.PresentTurn(f.rec.Run),
		Step: step.ID{State: "Record", EnteredAt: start.Add(time.Duration(n) * time.Second)},
	}
	if answer != "" {
		req.Response = &engine.HookResponse{Body: json.RawMessage(answer), Version: "7"}
	}
	return req
}

const (
	approve  = `{"transition":"approve","reason":"ok","subscriptions":["on_request"]}`
	toPeople = `{"subscriptions":["on_request"]}`
)

func TestDecideWritesPublishesAndAnswers(t *testing.T) {
	f := newFakes(t)
	answer, err := f.handler().Handle(t.Context(), f.step(1, approve))
	if err != nil {
		t.Fatal(err)
	}
	if doc := answer.(stepfn.Document); doc.Next != run.NextApproved || doc.RunID != f.rec.Run.ID {
		t.Errorf("answer is %+v", doc)
	}
	if f.rec.Run.Status != run.Approved {
		t.Errorf("status is %s", f.rec.Run.Status)
	}
	var got []string
	for _, e := range f.events {
		got = append(got, strings.TrimPrefix(e.ID, f.rec.Run.ID)+" "+e.Type)
	}
	if want := []string{"-1 fasttrack.run.request", "-2 fasttrack.run.approve"}; !reflect.DeepEqual(got, want) {
		t.Errorf("events are %v, want %v", got, want)
	}
}

// A repeated step writes nothing, answers the same, and sends again what the
// first may not have sent.
func TestARepeatedStep(t *testing.T) {
	f := newFakes(t)
	h := f.handler()
	req := f.step(1, toPeople)
	f.fail["publish"] = errors.New("throttled")
	if _, err := h.Handle(t.Context(), req); !errors.As(err, new(step.Unavailable)) {
		t.Fatalf("got %v, want Unavailable", err)
	}
	delete(f.fail, "publish")
	first, err := h.Handle(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	again, err := h.Handle(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("another answer: %s", diff)
	}
	if f.saves != 1 || len(f.events) != 4 {
		t.Errorf("%d writes and %d events, want 1 and the same two twice", f.saves, len(f.events))
	}
	// The next step knows that its document was delivered, and sends no more.
	before := len(f.events)
	if _, err := h.Handle(t.Context(), f.step(2, "")); err != nil {
		t.Fatal(err)
	}
	if len(f.events) != before {
		t.Errorf("%d events were sent again", len(f.events)-before)
	}
}

func TestConflictsAreTriedAgain(t *testing.T) {
	f := newFakes(t)
	f.conflicts = 3
	if _, err := f.handler().Handle(t.Context(), f.step(1, approve)); err != nil || f.saves != 1 {
		t.Errorf("%v, %d writes", err, f.saves)
	}
	f = newFakes(t)
	f.conflicts = 100
	if _, err := f.handler().Handle(t.Context(), f.step(1, approve)); !errors.As(err, new(step.Unavailable)) {
		t.Errorf("got %v, want Unavailable", err)
	}
}

func TestErrorsHaveTheNamesOfTheStateMachine(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*fakes, *step.RecordRequest)
		want   string
	}{
		"no such run":            {func(f *fakes, r *step.RecordRequest) { r.RunID, r.Execution = "x", "x" }, "Refused"},
		"another's execution":    {func(f *fakes, r *step.RecordRequest) { r.Execution = "x" }, "Refused"},
		"a recovery that is not": {func(f *fakes, r *step.RecordRequest) { r.Execution += "-r1" }, "Refused"},
		"an odd recovery":        {func(f *fakes, r *step.RecordRequest) { r.Execution += "-r01" }, "Refused"},
		"no such operation":      {func(f *fakes, r *step.RecordRequest) { r.Operation = "grant" }, "Refused"},
		"a newer document":       {func(f *fakes, r *step.RecordRequest) { r.Version = 4 }, "UnknownVersion"},
		"a newer run":            {func(f *fakes, r *step.RecordRequest) { f.fail["load"] = fmt.Errorf("x: %w", store.ErrNewer) }, "UnknownVersion"},
		"a refusal within": {func(f *fakes, r *step.RecordRequest) {
			f.fail["load"] = fmt.Errorf("load: %w", step.Refused("no"))
		}, "Refused"},
		"the table fails":        {func(f *fakes, r *step.RecordRequest) { f.fail["load"] = errors.New("throttled") }, "Unavailable"},
		"the write fails":        {func(f *fakes, r *step.RecordRequest) { f.fail["save"] = errors.New("throttled") }, "Unavailable"},
		"the run makes no sense": {func(f *fakes, r *step.RecordRequest) { f.rec.Run.Engine.Hook = run.OnApprove }, "Unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakes(t)
			req := f.step(1, approve)
			tc.change(f, &req)
			_, err := f.handler().Handle(t.Context(), req)
			if err == nil || reflect.TypeOf(err).Name() != tc.want {
				t.Errorf("got %T %v, want %s", err, err, tc.want)
			}
			if f.saves > 0 {
				t.Error("something was written")
			}
		})
	}
}

func TestPark(t *testing.T) {
	f := newFakes(t)
	h := f.handler()
	if _, err := h.Handle(t.Context(), f.step(1, toPeople)); err != nil {
		t.Fatal(err)
	}
	park := f.step(2, "")
	park.Operation, park.Step.State, park.Token = "park", "Review", "token"
	answer, err := h.Handle(t.Context(), park)
	if err != nil || len(f.woken) > 0 || f.rec.Run.Engine.Token != "token" {
		t.Fatalf("%v, woken %v, token %q", err, f.woken, f.rec.Run.Engine.Token)
	}
	if raw, _ := json.Marshal(answer); strings.Contains(string(raw), "token") {
		t.Errorf("the answer tells the token: %s", raw)
	}
	// An act is there before the next wait has a token: it wakes itself.
	f.rec.Acts = []run.Act{{ID: run.NewID(start), Event: run.Approve, Person: run.Person{ID: "root@example.com"}, At: start}}
	park.Step.EnteredAt, park.Token = start.Add(time.Minute), "next"
	if _, err := h.Handle(t.Context(), park); err != nil || !reflect.DeepEqual(f.woken, []string{"next"}) {
		t.Errorf("%v, woken %v", err, f.woken)
	}
}

// acting has somebody act between the read and the write of a park.
type acting struct {
	*fakes
	act run.Act
}

func (a acting) SaveTallied(ctx context.Context, r *run.Run, t run.Tallies, now time.Time) error {
	a.rec.Acts = append(a.rec.Acts, a.act)
	return a.fakes.SaveTallied(ctx, r, t, now)
}

// Such an act found no token to wake, and is not lost all the same.
func TestAnActWhileParking(t *testing.T) {
	f := newFakes(t)
	if _, err := f.handler().Handle(t.Context(), f.step(1, toPeople)); err != nil {
		t.Fatal(err)
	}
	during := acting{f, run.Act{ID: run.NewID(start), Event: run.Approve, Person: run.Person{ID: "root@example.com"}, At: start}}
	h := record.New(record.Deps{Store: during, Bus: f, Waker: f, Now: func() time.Time { return start.Add(time.Second) }, Log: slog.New(slog.DiscardHandler)})
	park := f.step(2, "")
	park.Operation, park.Step.State, park.Token = "park", "Review", "token"
	if _, err := h.Handle(t.Context(), park); err != nil || !reflect.DeepEqual(f.woken, []string{"token"}) {
		t.Errorf("%v, woken %v, want the wait woken", err, f.woken)
	}
}
