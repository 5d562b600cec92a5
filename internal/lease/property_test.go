package lease_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// call is a call to the strategy that was begun: it may still have an effect
// until its deadline, also after whoever made it is gone.
type call struct {
	kind     lease.Kind
	runID    string
	fence    int64
	deadline time.Time
}

// TestAnyInterleaving has runs give and take one access in any order, with calls
// that crash before, after or long after their effect, and holds that access is
// there for a run that holds it, and gone when the last has dropped it.
func TestAnyInterleaving(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
		before := rapid.Bool().Draw(t, "there before")
		there := before
		l := lease.New(lease.Key{Strategy: "s", Person: "p", Target: "t"})
		var zombies []call
		ended := map[string]bool{} // runs that have begun to take
		runs := []string{"a", "b", "c"}
		// land has a call that was given up on have its effect, if it still may.
		land := func() {
			i := rapid.IntRange(0, len(zombies)-1).Draw(t, "zombie")
			if z := zombies[i]; now.Before(z.deadline) {
				there = z.kind == lease.Give
			}
			zombies = append(zombies[:i], zombies[i+1:]...)
		}
		act := func(id string, kind lease.Kind) {
			deadline := now.Add(2 * time.Minute)
			var next *lease.Lease
			var begun bool
			var err error
			if kind == lease.Give {
				next, begun, err = l.BeginGive(id, there, now, deadline)
			} else {
				ended[id] = true
				next, begun, err = l.BeginTake(id, now, deadline)
			}
			var later lease.Later
			if errors.As(err, &later) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			l = next
			if !begun {
				return
			}
			c := call{kind, id, l.Attempt.Fence, deadline}
			switch rapid.IntRange(0, 3).Draw(t, "ends") {
			case 0: // crashes; the effect may come later
				// A take that was given up on is over before a give of another run
				// can begin: its deadline is waited for.
				zombies = append(zombies, c)
				return
			case 1: // crashes after its effect
				there = kind == lease.Give
				return
			case 2:
				if kind == lease.Give {
					if next, err = l.RefuseGive(id, c.fence, "no", now); err != nil {
						t.Fatal(err)
					}
					l = next
					return
				}
			}
			there = kind == lease.Give
			if kind == lease.Give {
				next, err = l.EndGive(id, c.fence, now)
			} else {
				next, err = l.EndTake(id, c.fence, now)
			}
			if errors.As(err, &later) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			l = next
		}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "pass")) * time.Second)
			// In one run giving and taking follow each other, so what it sent to
			// give may land during its take, but nothing is sent to give after.
			if len(zombies) > 0 && rapid.IntRange(0, 3).Draw(t, "lands") == 0 {
				land()
			}
			id := rapid.SampledFrom(runs).Draw(t, "run")
			if !ended[id] && rapid.Bool().Draw(t, "gives") {
				act(id, lease.Give)
			} else {
				act(id, lease.Take)
			}
			if l.Existed != before && l.Given {
				t.Fatalf("existed is %v, it was %v", l.Existed, before)
			}
		}
		// Everything that was begun is finished, as the engine does.
		for _, id := range runs {
			for n := 0; l.Of(id).State != run.Dropped; n++ {
				if n > 200 {
					t.Fatalf("%s is never dropped: %+v", id, l)
				}
				now = now.Add(30 * time.Second)
				if len(zombies) > 0 && rapid.Bool().Draw(t, "lands late") {
					land()
				}
				act(id, lease.Take)
			}
		}
		for len(zombies) > 0 {
			land()
		}
		if there != before {
			t.Fatalf("all runs have dropped it, and access is %v, was %v: %s", there, before, fmt.Sprintf("%+v", l))
		}
	})
}

func TestNothingIsGivenAfterATake(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	l, begun, err := lease.New(lease.Key{}).BeginTake("a", now, now.Add(time.Minute))
	if err != nil || begun {
		t.Fatal(begun, err)
	}
	if _, begun, err := l.BeginGive("a", false, now, now.Add(time.Minute)); begun || err != nil {
		t.Errorf("given after it was taken: %v %v", begun, err)
	}
}

func TestSharing(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	deadline := now.Add(time.Minute)
	l := lease.New(lease.Key{})
	give := func(id string) {
		t.Helper()
		next, begun, err := l.BeginGive(id, false, now, deadline)
		if err != nil || !begun {
			t.Fatal(begun, err)
		}
		if l, err = next.EndGive(id, next.Attempt.Fence, now); err != nil {
			t.Fatal(err)
		}
	}
	give("a")
	give("b")
	next, begun, err := l.BeginTake("a", now, deadline)
	if err != nil || begun || next.Of("a").State != run.Dropped {
		t.Errorf("a is taken although b holds it: %v %v", begun, err)
	}
	if next, begun, err = next.BeginTake("b", now, deadline); err != nil || !begun {
		t.Errorf("b, the last, is not taken: %v %v", begun, err)
	}
	if _, begun, _ := next.BeginGive("a", false, now, deadline); begun {
		t.Error("a is given again after it was dropped")
	}
	if _, _, err := next.BeginGive("c", false, now, deadline); !errors.As(err, new(lease.Later)) {
		t.Errorf("c is given while b is being taken: %v", err)
	}
	if _, err := next.EndTake("b", next.Attempt.Fence-1, now); !errors.As(err, new(lease.Stale)) {
		t.Errorf("an attempt that was replaced ends: %v", err)
	}
}

// What is taken while a call to give that was given up on may still have its
// effect is not believed to be gone before that call is over.
func TestTakenWhileAGiveMayStillLand(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	given := now.Add(2 * time.Minute)
	l, begun, err := lease.New(lease.Key{}).BeginGive("a", false, now, given)
	if err != nil || !begun {
		t.Fatal(begun, err)
	}
	take := func(at time.Time) error {
		t.Helper()
		next, begun, err := l.BeginTake("a", at, at.Add(time.Second))
		if err != nil || !begun {
			t.Fatal(begun, err)
		}
		l = next
		ended, err := l.EndTake("a", l.Attempt.Fence, at)
		if err == nil {
			l = ended
		}
		return err
	}
	if err := take(now.Add(time.Minute)); !errors.As(err, new(lease.Later)) {
		t.Errorf("it is believed to be gone while a give may still land: %v", err)
	}
	if err := take(given); err != nil || l.Of("a").State != run.Dropped {
		t.Errorf("it is not believed to be gone once no give can land: %v, %+v", err, l.Of("a"))
	}
}
