package lease_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func TestNothingIsGivenAfterATake(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	l, begun, err := lease.New(lease.Key{}).BeginTake("a", now, now.Add(time.Minute))
	if err != nil || begun {
		t.Fatal(begun, err)
	}
	if _, begun, err := l.BeginGive("a", true, 0, now, now.Add(time.Minute)); begun || err != nil {
		t.Errorf("given after it was taken: %v %v", begun, err)
	}
}

func TestSharing(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	deadline := now.Add(time.Minute)
	l := lease.New(lease.Key{})
	give := func(id string) {
		t.Helper()
		next, begun, err := l.BeginGive(id, true, 0, now, deadline)
		if err != nil || !begun {
			t.Fatal(begun, err)
		}
		if l, err = next.EndGive(id, next.Attempt.Fence, lease.Made, "", now); err != nil {
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
	if _, begun, _ := next.BeginGive("a", true, 0, now, deadline); begun {
		t.Error("a is given again after it was dropped")
	}
	if _, _, err := next.BeginGive("c", true, 0, now, deadline); !errors.As(err, new(lease.Later)) {
		t.Errorf("c is given while b is being taken: %v", err)
	}
	if _, err := next.EndTake("b", next.Attempt.Fence-1, lease.Gone{}, now); !errors.As(err, new(lease.Stale)) {
		t.Errorf("an attempt that was replaced ends: %v", err)
	}
}

// What is taken while a call to give that was given up on may still have its
// effect is not believed to be gone before that call is over.
func TestTakenWhileAGiveMayStillLand(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	given := now.Add(2 * time.Minute)
	l, begun, err := lease.New(lease.Key{}).BeginGive("a", true, 0, now, given)
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
		ended, err := l.EndTake("a", l.Attempt.Fence, lease.Gone{}, at)
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

// A lease of an older release keeps what it recorded: access that was there before
// the first of those who hold it stays, and other access is taken.
func TestALeaseOfAnOlderRelease(t *testing.T) {
	for stored, taken := range map[string]bool{
		`{"schema":1,"strategy":"s","person":"p","target":"t","given":true,"fence":1,"holders":[{"run_id":"a","state":"held","at":"2026-11-23T10:00:00Z","how":"Its presence was read back."}]}`:                                                                         true,
		`{"schema":1,"strategy":"s","person":"p","target":"t","existed":true,"given":true,"fence":1,"holders":[{"run_id":"a","state":"held","at":"2026-11-23T10:00:00Z","how":"It was there before, and was read back."}]}`:                                              false,
		`{"schema":1,"strategy":"s","person":"p","target":"t","given":true,"fence":2,"holders":[{"run_id":"a","state":"giving","at":"2026-11-23T10:00:00Z"}],"attempt":{"kind":"give","run_id":"a","fence":2,"deadline":"2026-11-23T10:02:05Z"},"requests":["user:u1"]}`: true,
	} {
		l := &lease.Lease{}
		if err := json.Unmarshal([]byte(stored), l); err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, 11, 23, 10, 30, 0, 0, time.UTC)
		// Another run joins: what it finds changes nothing about whose it is.
		next, begun, err := l.BeginGive("b", false, 0, now, now.Add(time.Minute))
		if err != nil || !begun {
			t.Fatal(begun, err)
		}
		if l, err = next.EndGive("b", next.Attempt.Fence, lease.Recorded, "", now); err != nil {
			t.Fatal(err)
		}
		if l, _, err = l.BeginTake("b", now, now.Add(time.Minute)); err != nil || l.Of("b").State != run.Dropped {
			t.Fatal(err)
		}
		if _, begun, err := l.BeginTake("a", now, now.Add(time.Minute)); err != nil || begun != taken {
			t.Errorf("%s: taken is %v, %v", stored, begun, err)
		}
	}
}

// The fence of an access never goes back, not either where its lease was erased or
// restored meanwhile.
func TestTheFenceOutlivesTheLease(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	newest := int64(0)
	for n := range 5 {
		l := lease.New(lease.Key{}) // a new one each time
		for range 3 {
			next, begun, err := l.BeginGive("a", true, 0, now, now.Add(time.Minute))
			if err != nil || !begun {
				t.Fatal(begun, err)
			}
			if l = next; l.Fence <= newest {
				t.Fatalf("%d: fence %d comes after %d", n, l.Fence, newest)
			}
			newest = l.Fence
		}
		now = now.Add(time.Minute)
	}
}

// maker is who made the access: the attempt itself, or what the lease says.
func maker(made bool) lease.Maker {
	if made {
		return lease.Made
	}
	return lease.Recorded
}

// Access that somebody else made after it was read as absent stays, unless an
// earlier attempt of ours may have made it.
func TestAccessThatAppearsMeanwhile(t *testing.T) {
	for name, tc := range map[string]struct {
		tries int
		stays bool
	}{"the first attempt": {1, true}, "after an attempt that was given up on": {2, false}} {
		l, at := lease.New(lease.Key{}), time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
		for range tc.tries {
			next, call, err := l.BeginGive("a", true, 0, at, at.Add(time.Minute))
			if err != nil || !call {
				t.Fatal(call, err)
			}
			l, at = next, at.Add(2*time.Minute)
		}
		l, err := l.EndGive("a", l.Attempt.Fence, lease.Found, "", at)
		if err != nil {
			t.Fatal(err)
		}
		if _, call, err := l.BeginTake("a", at, at.Add(time.Minute)); err != nil || call == tc.stays {
			t.Errorf("%s: it is taken: %v %v", name, call, err)
		}
	}
}
