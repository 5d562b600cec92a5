package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// A Slack user has ten actions in each minute, however many come at once, and takes none
// from others.
func TestSlackActsOfAMinute(t *testing.T) {
	s := open(t)
	count := func(team, user string, at time.Time) bool {
		t.Helper()
		room, err := s.CountSlackAct(t.Context(), team, user, at)
		if err != nil {
			t.Error(err)
		}
		return room
	}
	minute := start.Truncate(time.Minute)
	var all sync.WaitGroup
	var taken atomic.Int32
	for range 3 * store.MaxSlackActs {
		all.Go(func() {
			if count("T1", "U1", minute.Add(time.Second)) {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	if got := taken.Load(); got != store.MaxSlackActs {
		t.Errorf("%d actions at once are taken, want %d", got, store.MaxSlackActs)
	}
	for name, tc := range map[string]struct {
		team, user string
		at         time.Time
		want       bool
	}{
		"later in the minute": {"T1", "U1", minute.Add(59 * time.Second), false},
		"the next minute":     {"T1", "U1", minute.Add(time.Minute), true},
		"another user":        {"T1", "U2", minute.Add(time.Second), true},
		"another workspace":   {"T2", "U1", minute.Add(time.Second), true},
	} {
		if got := count(tc.team, tc.user, tc.at); got != tc.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
