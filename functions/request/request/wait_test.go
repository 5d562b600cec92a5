package request_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// decidingTable is a table whose runs are decided a while after they are made.
type decidingTable struct {
	*table
	answer string
	after  time.Duration
	// broken is how many reads fail before one works.
	broken int
	began  time.Time
	reads  int
	// glances are eventually consistent reads. They miss what happened this long before.
	glances int
	behind  time.Duration
	// places to wait, nil for any number.
	places *places
}

func (e *decidingTable) Load(ctx context.Context, id string) (*run.Run, error) {
	return e.load(ctx, id, e.after)
}

func (e *decidingTable) Glance(ctx context.Context, id string) (*run.Run, error) {
	e.glances++
	if e.behind > 0 && time.Since(e.began) < e.behind {
		return nil, store.ErrNotFound
	}
	return e.load(ctx, id, e.after+e.behind)
}

func (e *decidingTable) load(ctx context.Context, id string, after time.Duration) (*run.Run, error) {
	e.reads++
	if e.reads <= e.broken {
		return nil, errors.New("throttled")
	}
	r, err := e.table.Load(ctx, id)
	if err != nil || time.Since(e.began) < after {
		return r, err
	}
	next, _, err := engine.Decide(r, engine.Step{
		ID: "step", Turn: r.Engine.Turn, HooksVersion: "1", Response: &engine.HookResponse{Body: json.RawMessage(e.answer), Version: "1"},
	}, time.Now())
	return next, err
}

// post makes a request and returns how long the response took.
func (e *decidingTable) post(t *testing.T, prefer string) (httpapi.Answer, run.Status, time.Duration) {
	t.Helper()
	flows, err := flow.Parse("f", []byte(`flows: [{name: open, admins: [root@example.com]}]`))
	if err != nil {
		t.Fatal(err)
	}
	e.table, e.began = newTable(), time.Now()
	d := request.Deps{Flows: flows, Identify: caller{run.Person{ID: ada}}, Store: e, Executions: e.table, Log: slog.New(slog.DiscardHandler)}
	if e.places != nil {
		d.Waiters = e.places
	}
	api := request.New(d)
	got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests", Body: `{"flow":"open"}`, Headers: map[string]string{"prefer": prefer}})
	if err != nil {
		t.Fatal(err)
	}
	var v struct{ Status run.Status }
	if err := json.Unmarshal([]byte(got.Body), &v); err != nil {
		t.Fatal(err)
	}
	return got, v.Status, time.Since(e.began)
}

func TestWaiting(t *testing.T) {
	const approve, people = `{"transition":"approve","subscriptions":[]}`, `{"subscriptions":[]}`
	for name, tc := range map[string]struct {
		engine decidingTable
		prefer string
		want   run.Status
		within time.Duration
	}{
		"not asked to":               {decidingTable{answer: approve}, "", run.Requested, 0},
		"for nothing":                {decidingTable{answer: approve}, "wait=0", run.Requested, 0},
		"decided at once":            {decidingTable{answer: approve}, "wait=5", run.Approved, 2 * time.Millisecond},
		"decided soon":               {decidingTable{answer: approve, after: 10 * time.Millisecond}, "wait=5", run.Approved, 20 * time.Millisecond},
		"decided late":               {decidingTable{answer: approve, after: 3 * time.Second}, "wait=5", run.Approved, 3250 * time.Millisecond},
		"for people":                 {decidingTable{answer: people, after: time.Second}, "wait=5", run.Pending, 1250 * time.Millisecond},
		"in vain":                    {decidingTable{answer: approve, after: time.Minute}, "wait=5", run.Requested, 5 * time.Second},
		"while reads fail":           {decidingTable{answer: approve, broken: 5}, "wait=5", run.Approved, time.Second},
		"while reads fail all along": {decidingTable{answer: approve, broken: 1000}, "wait=5", run.Requested, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, status, took := tc.engine.post(t, tc.prefer)
				if got.StatusCode != 201 || status != tc.want || took > tc.within {
					t.Errorf("got %d %s after %v, want 201 %s within %v", got.StatusCode, status, took, tc.want, tc.within)
				}
			})
		})
	}
}

// lossy is a table whose answer to the first put gets lost; the second says
// that the run is there.
type lossy struct{ *table }

func (l lossy) Create(ctx context.Context, r *run.Run, context []byte) error {
	if err := l.table.Create(ctx, r, context); err != nil {
		return err
	}
	return store.ErrExists
}

// A put that succeeded, and was retried because its response was lost, is this call's
// own: the run is stored, so it is started and shown.
func TestAPutWhoseAnswerWasLost(t *testing.T) {
	flows, err := flow.Parse("f", []byte(`flows: [{name: open, admins: [root@example.com], fields: [{name: pin, type: string, sensitive: true}]}]`))
	if err != nil {
		t.Fatal(err)
	}
	s := newTable()
	api := request.New(request.Deps{Flows: flows, Identify: caller{run.Person{ID: ada}}, Store: lossy{s}, Executions: s, Log: slog.New(slog.DiscardHandler)})
	got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests", Body: `{"flow":"open","fields":{"pin":"1"}}`})
	if err != nil || got.StatusCode != 201 || len(s.runs) != 1 || len(s.started) != 1 {
		t.Errorf("got %d %s (%v), %d runs, started %v", got.StatusCode, got.Body, err, len(s.runs), s.started)
	}
}

// places are places to wait, of which so many are free.
type places struct {
	free   int
	broken bool
	left   []string
}

func (p *places) Take(_ context.Context, now, until time.Time) (string, error) {
	if p.broken {
		return "", errors.New("throttled")
	}
	if p.free--; p.free < 0 || !until.After(now) {
		return "", nil
	}
	return "place", nil
}

func (p *places) Leave(_ context.Context, place string) error {
	p.left = append(p.left, place)
	return nil
}

// A caller is held for longer than half a second only while there is a place, which
// it frees; without one it gets the request as it stands.
func TestWaitingTakesAPlace(t *testing.T) {
	for name, tc := range map[string]struct {
		places places
		after  time.Duration // until the decision
		want   run.Status
		within time.Duration
		header string
		left   int
	}{
		"decided soon, no place":    {places{}, 100 * time.Millisecond, run.Approved, 400 * time.Millisecond, "wait=5", 0},
		"decided late, a place":     {places{free: 1}, 3 * time.Second, run.Approved, 3250 * time.Millisecond, "wait=5", 1},
		"decided late, no place":    {places{}, 3 * time.Second, run.Requested, 500 * time.Millisecond, "", 0},
		"decided late, table fails": {places{broken: true}, 3 * time.Second, run.Requested, 500 * time.Millisecond, "", 0},
		"in vain, a place":          {places{free: 1}, time.Minute, run.Requested, 5 * time.Second, "wait=5", 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &decidingTable{answer: `{"transition":"approve","subscriptions":[]}`, after: tc.after, places: &tc.places}
				got, status, took := e.post(t, "wait=5")
				if status != tc.want || took > tc.within || got.Headers["preference-applied"] != tc.header || len(tc.places.left) != tc.left {
					t.Errorf("got %s after %v, applied %q, %d places left; want %s within %v, %q, %d",
						status, took, got.Headers["preference-applied"], len(tc.places.left), tc.want, tc.within, tc.header, tc.left)
				}
			})
		})
	}
}
