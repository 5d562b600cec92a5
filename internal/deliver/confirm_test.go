package deliver_test

import (
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A reminder to confirm access holds until somebody has, or the access ends.
func TestUnconfirmed(t *testing.T) {
	ends := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	reminder := run.Entry{Event: run.Remind, Status: run.Active, EndsAt: ends}
	for name, tc := range map[string]struct {
		change func(*run.Run)
		want   bool
	}{
		"due":         {func(*run.Run) {}, true},
		"confirmed":   {func(r *run.Run) { r.Access.EndsAt = ends.Add(time.Hour) }, false},
		"being ended": {func(r *run.Run) { r.Engine.Next = run.NextTakeBack }, false},
		"ended":       {func(r *run.Run) { r.Status = run.Ended }, false},
		"with an end": {func(r *run.Run) { r.RequestedSeconds = 60 }, false},
	} {
		r := &run.Run{Status: run.Active, UntilRevoked: true, Access: &run.Access{EndsAt: ends}}
		r.Engine.Next = run.NextActive
		tc.change(r)
		if got := deliver.Unconfirmed(r, reminder); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
