package motion_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

var at = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func TestMoving(t *testing.T) {
	clock := clockwork.NewFakeClockAt(at)
	m := motion.New(clock)
	want := func(want string) {
		t.Helper()
		if got := strings.Join(m.Moving(), ", "); got != want {
			t.Errorf("got %q in motion, want %q", got, want)
		}
	}
	want("")
	a, b := m.Begin("a"), m.Begin("b")
	want("a, b")
	a.Rest(at.Add(time.Minute), nil)
	want("b")
	clock.Advance(59 * time.Second)
	want("b")
	clock.Advance(time.Second)
	want("a, b") // its timer is due, though nobody has noticed
	a.Wake()
	var over atomic.Bool
	b.Rest(time.Time{}, over.Load)
	want("a")
	a.End()
	a.End()
	clock.Advance(time.Hour)
	want("")
	over.Store(true)
	want("b")
	b.End()
	want("")
}

func TestIdleWaits(t *testing.T) {
	m := motion.New(clockwork.NewFakeClockAt(at))
	w, rested := m.Begin("work"), atomic.Bool{}
	go func() {
		time.Sleep(time.Millisecond)
		rested.Store(true)
		w.Rest(time.Time{}, nil)
	}()
	if err := m.Idle(t.Context()); err != nil || !rested.Load() {
		t.Errorf("got %v, rested %v", err, rested.Load())
	}
}

func TestIdleNamesWhatMoves(t *testing.T) {
	m := motion.New(clockwork.NewFakeClockAt(at))
	m.Begin("execution x")
	m.Begin("function y")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := m.Idle(ctx)
	if want := "not idle: execution x, function y: context canceled"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Two that poll see what a third does, and nothing of each other: or none would ever
// rest.
func TestWatch(t *testing.T) {
	m := motion.New(clockwork.NewFakeClockAt(at))
	third := m.Begin("third")
	var looks [2]atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for i := range looks {
		w := m.Begin("poll")
		go func() {
			for ctx.Err() == nil {
				looks[i].Add(1)
				w.Watch(ctx, time.Hour)
			}
		}()
	}
	for n := range int64(100) {
		third.Rest(time.Time{}, nil)
		if err := m.Idle(ctx); err != nil {
			t.Fatal(err)
		}
		for i := range looks {
			if got := looks[i].Load(); got < n+1 || got > 2*(n+1)+1 {
				t.Fatalf("poll %d looked %d times after %d changes", i, got, n+1)
			}
		}
		third.Wake()
	}
}

func TestWatchEndsInTime(t *testing.T) {
	m := motion.New(clockwork.NewFakeClockAt(at))
	for _, w := range []*motion.Work{m.Begin("poll"), nil} {
		began := time.Now()
		w.Watch(t.Context(), time.Millisecond)
		w.Watch(t.Context(), time.Millisecond)
		if took := time.Since(began); took < time.Millisecond {
			t.Errorf("it took %v", took)
		}
	}
}

func TestNilRecordsNothing(t *testing.T) {
	var m *motion.Motion
	w := m.Begin("work")
	w.Rest(at, nil)
	w.Wake()
	w.End()
	if err := m.Idle(t.Context()); err != nil || m.Moving() != nil || motion.FromContext(t.Context()) != nil {
		t.Errorf("got %v, %v", err, m.Moving())
	}
	live := motion.New(clockwork.NewFakeClockAt(at)).Begin("work")
	if got := motion.FromContext(motion.NewContext(t.Context(), live)); got != live {
		t.Error("the context does not carry the work")
	}
}
