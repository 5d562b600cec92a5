package engine_test

import (
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A run on its way is due at the whole minute that comes five minutes after its
// last change, or right at that time, and never sooner; one that waits is due by
// what it waits for.
func TestDueAt(t *testing.T) {
	f := sampleFlow()
	for name, tc := range map[string]struct {
		after time.Duration
		want  time.Duration
	}{
		"on the minute":       {0, 5 * time.Minute},
		"just after it":       {time.Millisecond, 6 * time.Minute},
		"just before another": {time.Minute - time.Millisecond, 6 * time.Minute},
	} {
		at := start.Add(tc.after)
		r, err := run.New(run.Draft{ID: run.NewID(at), Flow: f, Requester: ada}, at)
		if err != nil {
			t.Fatal(err)
		}
		if due := r.DueAt(); !due.Equal(start.Add(tc.want)) {
			t.Errorf("%s: due at %s, want %s", name, due, start.Add(tc.want))
		}
	}
	m := newMachine(t, f)
	// Until the first wait is parked, what waits may never have been started.
	m.run.Engine.Next, m.run.Review = run.NextReview, &run.Review{ExpiresAt: start.Add(time.Hour)}
	if due, want := m.run.DueAt(), start.Add(5*time.Minute); !due.Equal(want) {
		t.Errorf("for people, not parked: due at %s, want %s", due, want)
	}
	if by, want := m.run.MovesBy(), start.Add(65*time.Minute); !by.Equal(want) {
		t.Errorf("for people, not parked: moves by %s, want %s", by, want)
	}
	m.run.Review.ExpiresAt, m.run.Engine.TokenOrder = start.Add(90*time.Second), run.TokenOrder{EnteredAt: start}
	if due, want := m.run.DueAt(), start.Add(90*time.Second+5*time.Minute); !due.Equal(want) {
		t.Errorf("waiting for people: due at %s, want %s", due, want)
	}
	// Access that should be gone is looked for soon, not at a whole minute.
	m.run.Engine.Next, m.run.Status, m.run.Access = run.NextTakeBack, run.Active, &run.Access{EndsAt: start.Add(10 * time.Second)}
	if due, want := m.run.DueAt(), start.Add(70*time.Second); !due.Equal(want) {
		t.Errorf("taking back: due at %s, want %s", due, want)
	}
	m.run.Engine.Next = run.NextEnded
	if due := m.run.DueAt(); !due.IsZero() {
		t.Errorf("over: due at %s", due)
	}
}
