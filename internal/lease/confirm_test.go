package lease_test

import (
	"errors"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A run holds its access while that is granted anew, however the call ends, and only the
// call that read it back says for which confirm it did.
func TestConfirming(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	held := func(existed bool) *lease.Lease {
		l, call, err := lease.New(lease.Key{}).BeginGive("a", !existed, 0, now, now.Add(time.Minute))
		if err != nil || !call {
			t.Fatal(call, err)
		}
		if l, err = l.EndGive("a", l.Attempt.Fence, lease.Recorded, "", now); err != nil {
			t.Fatal(err)
		}
		return l
	}
	begin := func(l *lease.Lease, act string, creates bool, at time.Time) *lease.Lease {
		t.Helper()
		next, call, err := l.BeginConfirm("a", act, creates, at, at.Add(time.Minute))
		if err != nil || !call {
			t.Fatal(call, err)
		}
		if h := next.Of("a"); h.State != run.Held || h.ConfirmedBy == act {
			t.Errorf("while it is granted anew: %+v", h)
		}
		return next
	}
	l := begin(held(false), "1", false, now)
	fence := l.Attempt.Fence
	l, err := l.EndConfirm("a", "1", fence, lease.Recorded, "", now.Add(time.Second))
	if h := l.Of("a"); err != nil || h.State != run.Held || h.ConfirmedBy != "1" || !h.At.Equal(now.Add(time.Second)) {
		t.Fatal(h, err)
	}
	if _, call, err := l.BeginConfirm("a", "1", false, now, now.Add(time.Minute)); call || err != nil {
		t.Error("it is granted twice for one confirm", err)
	}
	// Another, which is refused: the first stays.
	l = begin(l, "2", false, now)
	if l, err = l.RefuseConfirm("a", l.Attempt.Fence); err != nil || l.Of("a").State != run.Held || l.Of("a").ConfirmedBy != "1" {
		t.Fatal(l.Of("a"), err)
	}
	// One that is abandoned may still grant it: it is removed once more after that.
	l = begin(l, "3", false, now)
	abandoned := l.Attempt.Fence
	if l, _, err = l.BeginTake("a", now.Add(time.Second), now.Add(2*time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.EndConfirm("a", "3", abandoned, lease.Recorded, "", now); !errors.Is(err, lease.Stale{}) {
		t.Error("an abandoned call holds the access anew:", err)
	}
	var later lease.Later
	if _, err := l.EndTake("a", l.Attempt.Fence, lease.Gone{}, now.Add(2*time.Second)); !errors.As(err, &later) {
		t.Error("access is gone while a call may grant it anew:", err)
	}
	// Nothing is granted anew to a run that doesn't hold it.
	if _, call, err := l.BeginConfirm("a", "4", false, now, now.Add(time.Minute)); call || err != nil {
		t.Error(call, err)
	}
	if _, call, err := held(false).BeginConfirm("b", "1", false, now, now.Add(time.Minute)); call || err != nil {
		t.Error(call, err)
	}
	// What was there before stays so, unless it was made anew.
	for created, stays := range map[bool]bool{false: true, true: false} {
		l := begin(held(true), "1", created, now)
		if l, err = l.EndConfirm("a", "1", l.Attempt.Fence, lease.Recorded, "", now); err != nil || l.Existed != stays {
			t.Errorf("made anew %v: existed before %v, %v", created, l.Existed, err)
		}
	}
}
