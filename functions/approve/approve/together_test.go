package approve_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/approve/approve"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// between is a world where somebody else stores an act between this call's look
// at the acts and its own.
type between struct {
	*world
	other run.Act
}

func (b *between) AddAct(ctx context.Context, r *run.Run, a run.Act) error {
	b.other.Key = a.Key
	if err := b.world.AddAct(ctx, r, b.other); err != nil {
		return err
	}
	return b.world.AddAct(ctx, r, a)
}

func (w *world) handle(t *testing.T, s approve.Store, event, body, key string) (int, httpapi.Answer) {
	t.Helper()
	api := approve.New(approve.Deps{Identify: w, Store: s, StepFunctions: w, Now: func() time.Time { return w.now }})
	api.Log = slog.New(slog.DiscardHandler)
	ev := httpapi.Event{RouteKey: "POST /requests/{id}/" + event, Body: body, PathParameters: map[string]string{"id": w.run.ID}, Headers: map[string]string{}}
	if key != "" {
		ev.Headers["idempotency-key"] = key
	}
	got, err := api.Handle(t.Context(), ev)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, got
}

// Two calls with one key that don't see each other are one action: both get
// the result of the first.
func TestOneKeyAtOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		event, body, other string
		status             int
	}{
		"the same":   {"deny", `{"reason":"no"}`, "no", 200},
		"another":    {"deny", `{"reason":"no"}`, "never", 422},
		"an approve": {"approve", `{}`, "", 200},
	} {
		t.Run(name, func(t *testing.T) {
			w := pending(t, "")
			other := run.Act{ID: run.NewID(start), Event: run.EventName(tc.event), Person: grace, Channel: run.ViaAPI, Reason: tc.other, At: w.now}
			status, got := w.handle(t, &between{w, other}, tc.event, tc.body, "k")
			if status != tc.status {
				t.Fatalf("got %d %s, want %d", status, got.Body, tc.status)
			}
			if status == 200 && w.run.Decision.Act != other.ID {
				t.Errorf("act %s decided, want the first, %s", w.run.Decision.Act, other.ID)
			}
		})
	}
}

// Of two approvals of one person at the same time, without a key, the first counts,
// and the second gets its result.
func TestOnePersonApprovesTwiceAtOnce(t *testing.T) {
	w := pending(t, "")
	w.run.Review.Approvals = []run.Requirement{{Count: 2}}
	first := run.Act{ID: run.NewID(start), Event: run.Approve, Person: grace, Channel: run.ViaAPI, At: w.now}
	w.acts = []run.Act{first} // stored, and not dealt with yet
	status, got := w.handle(t, w, "approve", `{}`, "")
	var v api.Request
	if err := json.Unmarshal([]byte(got.Body), &v); err != nil {
		t.Fatal(err)
	}
	if status != 200 || v.Status != run.Pending || len(v.Review.ApprovedBy) != 1 || len(w.acts) != 2 {
		t.Errorf("got %d %s with %d acts", status, got.Body, len(w.acts))
	}
}

// flaky is a world that fails now and then.
type flaky struct {
	*world
	reads, wakes int // that fail first
}

func (f *flaky) Load(ctx context.Context, id string) (*run.Run, error) {
	if f.reads > 0 {
		f.reads--
		return nil, errors.New("throttled")
	}
	return f.world.Load(ctx, id)
}

// LoadAll does not fail: only what comes after the act is stored is of interest.
func (f *flaky) LoadAll(ctx context.Context, id string) (store.Record, error) {
	return f.world.LoadAll(ctx, id)
}

func (f *flaky) SendTaskSuccess(ctx context.Context, in *sfn.SendTaskSuccessInput, opts ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error) {
	if f.wakes > 0 {
		f.wakes--
		return nil, errors.New("throttled")
	}
	return f.world.SendTaskSuccess(ctx, in, opts...)
}

// Once the act is stored, a failure is waited out, for ten seconds.
func TestFailuresAfterTheActIsStored(t *testing.T) {
	for name, tc := range map[string]struct {
		flaky  flaky
		asleep bool
		status int
		least  time.Duration
		most   time.Duration
	}{
		"none":                 {flaky{}, false, 200, 0, 10 * time.Millisecond},
		"reads":                {flaky{reads: 5}, false, 200, 0, time.Second},
		"wakes":                {flaky{wakes: 5}, false, 200, 0, time.Second},
		"reads all along":      {flaky{reads: 1e6}, false, 202, 10 * time.Second, 10 * time.Second},
		"wakes all along":      {flaky{wakes: 1e6}, false, 202, 10 * time.Second, 10 * time.Second},
		"nobody deals with it": {flaky{}, true, 202, 10 * time.Second, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := pending(t, "")
				w.asleep = tc.asleep
				tc.flaky.world = w
				api := approve.New(approve.Deps{Identify: w, Store: &tc.flaky, StepFunctions: &tc.flaky, Now: func() time.Time { return w.now }})
				api.Log = slog.New(slog.DiscardHandler)
				began := time.Now()
				got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests/{id}/approve", PathParameters: map[string]string{"id": w.run.ID}})
				took := time.Since(began)
				if err != nil || got.StatusCode != tc.status || took < tc.least || took > tc.most || len(w.acts) != 1 {
					t.Errorf("got %d %s (%v) after %v with %d acts, want %d after %v to %v", got.StatusCode, got.Body, err, took, len(w.acts), tc.status, tc.least, tc.most)
				}
				if tc.status == 202 && got.Headers["location"] != "/requests/"+w.run.ID {
					t.Errorf("location is %q", got.Headers["location"])
				}
			})
		})
	}
}

// Whoever has acted too often learns when to retry.
func TestRetryAfter(t *testing.T) {
	w := pending(t, "")
	for i := range 12 { // the first two are older than a minute
		w.acts = append(w.acts, run.Act{ID: run.NewID(w.now), Person: grace, At: w.now.Add(time.Duration(i*5-62) * time.Second)})
	}
	w.acts = append(w.acts, run.Act{ID: run.NewID(w.now), Person: run.Person{ID: "linus@example.com"}, At: w.now})
	status, got := w.handle(t, w, "approve", `{}`, "")
	// Eleven of them are within the minute; the tenth from the end is 52 s old.
	if status != 429 || got.Headers["retry-after"] != "8" {
		t.Errorf("got %d, Retry-After %q, want 429 and 8", status, got.Headers["retry-after"])
	}
	w.now = w.now.Add(8 * time.Second)
	if status, got := w.handle(t, w, "approve", `{}`, ""); status != 200 {
		t.Errorf("eight seconds later: %d %s", status, got.Body)
	}
}
