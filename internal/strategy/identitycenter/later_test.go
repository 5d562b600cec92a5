package identitycenter_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/identitycenter"
)

// What AWS does after it has answered, and what changes meanwhile.
func TestWhatAWSDoesLater(t *testing.T) {
	a := access("ada@example.com", "arn:i", "d-1", "arn:p")
	with := func(notes ...string) strategy.Access {
		b := a
		b.Requests = notes
		return b
	}
	of := func(c *center) identitycenter.Strategy { return identitycenter.New(c, c, time.Millisecond) }
	holds := func(t *testing.T, c *center, want ...string) {
		t.Helper()
		var got []string
		for user, is := range c.assigned {
			if is {
				got = append(got, user)
			}
		}
		slices.Sort(got)
		if len(c.running(true))+len(c.running(false)) > 0 || !slices.Equal(got, want) {
			t.Errorf("assigned are %v, want %v; under way is %v, %v", got, want, c.running(true), c.running(false))
		}
	}
	t.Run("slow and busy", func(t *testing.T) {
		c := newCenter()
		c.conflict, c.slow = 2, 3
		l := &ledger{}
		if given, err := of(c).Give(t.Context(), a, l); err != nil || !given.Created || !slices.Equal(l.notes, []string{"user:u1", "c1"}) {
			t.Fatalf("%v, noted %v", err, l.notes)
		}
		holds(t, c, "u1")
		c.conflict, c.slow = 2, 3
		if _, err := of(c).Take(t.Context(), with(l.notes...), l); err != nil {
			t.Fatal(err)
		}
		holds(t, c)
	})
	t.Run("an unknown user", func(t *testing.T) {
		c := newCenter()
		c.user = ""
		var refused strategy.Refused
		if _, err := of(c).Give(t.Context(), a, nil); !errors.As(err, &refused) || !strings.Contains(err.Error(), "no user ada@example.com") {
			t.Error(err)
		}
		if _, err := of(c).Take(t.Context(), a, nil); err != nil {
			t.Errorf("take: %v", err)
		}
	})
	t.Run("it fails", func(t *testing.T) {
		c := newCenter()
		c.fail = "no such account"
		l := &ledger{}
		if _, err := of(c).Give(t.Context(), a, l); err == nil || !strings.Contains(err.Error(), "no such account") {
			t.Error(err)
		}
		c.assigned["u1"] = true
		if _, err := of(c).Take(t.Context(), with(l.notes...), nil); err == nil || !strings.Contains(err.Error(), "no such account") {
			t.Error(err)
		}
	})
	t.Run("it is not done in time", func(t *testing.T) {
		c := newCenter()
		c.slow = 1 << 20
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		l := &ledger{}
		if _, err := of(c).Give(ctx, a, l); !errors.Is(err, context.DeadlineExceeded) || len(l.notes) != 2 {
			t.Errorf("%v, noted %v", err, l.notes)
		}
	})
	for name, notes := range map[string][]string{"of which the id was noted": {"user:u1", "c1"}, "of which the answer was lost": {"user:u1"}} {
		t.Run("a take waits for a creation "+name, func(t *testing.T) {
			c := newCenter()
			c.slow = 3
			c.begin(true, "u1")
			c.slow = 0
			if _, err := of(c).Take(t.Context(), with(notes...), nil); err != nil {
				t.Fatal(err)
			}
			holds(t, c)
		})
	}
	t.Run("a take does not wait for somebody else's creation", func(t *testing.T) {
		c := newCenter()
		c.slow = 1 << 20
		c.begin(true, "u2")
		if _, err := of(c).Take(t.Context(), a, nil); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a give waits for a deletion", func(t *testing.T) {
		c := newCenter()
		c.assigned["u1"] = true
		c.slow = 3
		c.begin(false, "u1")
		c.slow = 0
		l := &ledger{}
		if given, err := of(c).Give(t.Context(), a, l); err != nil || !given.Created {
			t.Fatal(given, err)
		}
		holds(t, c, "u1")
	})
	for name, now := range map[string]string{"nobody": "", "another user": "u2"} {
		t.Run("the e-mail names "+name+" meanwhile", func(t *testing.T) {
			c := newCenter()
			l := &ledger{}
			if _, err := of(c).Give(t.Context(), a, l); err != nil {
				t.Fatal(err)
			}
			c.user = now
			if has, err := of(c).Has(t.Context(), with(l.notes...)); err != nil || !has {
				t.Errorf("has is %v, %v", has, err)
			}
			if _, err := of(c).Take(t.Context(), with(l.notes...), nil); err != nil {
				t.Fatal(err)
			}
			holds(t, c)
		})
	}
	t.Run("the permission set is deleted", func(t *testing.T) {
		c := newCenter()
		c.gone = true
		var refused strategy.Refused
		if _, err := of(c).Give(t.Context(), a, &ledger{}); !errors.As(err, &refused) {
			t.Error(err)
		}
		if _, err := of(c).Take(t.Context(), with("user:u1"), nil); err != nil {
			t.Error(err)
		}
	})
}
