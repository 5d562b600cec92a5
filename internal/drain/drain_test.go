package drain_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/drain"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// installation is one with runs by id, which is nil for one that can't be read.
type installation struct {
	now     time.Time
	since   time.Time
	runs    map[string]*run.Run
	leases  []*lease.Lease
	running []string
	ended   []string
	fail    error
}

func (i *installation) Drain(_ context.Context, since time.Time) error {
	if i.since.IsZero() {
		i.since = since
	}
	return nil
}

func (i *installation) Draining(context.Context) (time.Time, error) { return i.since, nil }

func (i *installation) EachStored(_ context.Context, f func(string, store.Record, error) error) error {
	for id, r := range i.runs {
		var err error
		if r == nil {
			err = errors.New("it can't be read")
		}
		if err := f(id, store.Record{Run: r}, err); err != nil {
			return err
		}
	}
	return nil
}

func (i *installation) EachLease(_ context.Context, f func(*lease.Lease) error) error {
	for _, l := range i.leases {
		if err := f(l); err != nil {
			return err
		}
	}
	return nil
}

func (i *installation) drainer() drain.Drainer {
	return drain.Drainer{
		Table: i, Now: func() time.Time { return i.now }, Running: func(context.Context) ([]string, error) { return i.running, nil },
		End: func(_ context.Context, ids []string) error { i.ended = append(i.ended, ids...); return i.fail },
	}
}

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func at(status run.Status, next run.Next) *run.Run {
	return &run.Run{Status: status, Engine: run.Engine{Next: next}}
}

// Only an installation of which nothing is left may be removed.
func TestPass_Safe(t *testing.T) {
	hold := func(state run.HoldState) []lease.Holder {
		return []lease.Holder{{RunID: "R", Hold: run.Hold{State: state}}}
	}
	for name, tc := range map[string]struct {
		change func(*installation)
		later  time.Duration
		safe   bool
	}{
		"nothing is there":            {func(*installation) {}, drain.Settles, true},
		"an earlier request may come": {func(*installation) {}, drain.Settles - time.Second, false},
		"a run is over":               {func(i *installation) { i.runs["R"] = at(run.Revoked, run.NextRevoked) }, time.Hour, true},
		"a run waits":                 {func(i *installation) { i.runs["R"] = at(run.Pending, run.NextReview) }, time.Hour, false},
		"a last hook is asked":        {func(i *installation) { i.runs["R"] = at(run.Denied, run.NextHook) }, time.Hour, false},
		"a run can't be read":         {func(i *installation) { i.runs["R"] = nil }, time.Hour, false},
		"an execution runs":           {func(i *installation) { i.running = []string{"R"} }, time.Hour, false},
		"access is held":              {func(i *installation) { i.leases = []*lease.Lease{{Holders: hold(run.Held)}} }, time.Hour, false},
		"access is being given":       {func(i *installation) { i.leases = []*lease.Lease{{Holders: hold(run.Giving)}} }, time.Hour, false},
		"access was dropped":          {func(i *installation) { i.leases = []*lease.Lease{{Holders: hold(run.Dropped)}} }, time.Hour, true},
		"it is read once more": {func(i *installation) {
			i.leases = []*lease.Lease{{Holders: hold(run.Dropped), CheckAt: start.Add(2 * time.Hour)}}
		}, time.Hour, false},
		"it was due long ago":   {func(i *installation) { i.leases = []*lease.Lease{{CheckAt: start}} }, time.Hour, false},
		"a give may still land": {func(i *installation) { i.leases = []*lease.Lease{{Unsettled: start.Add(2 * time.Hour)}} }, time.Hour, false},
		"a call is under way": {func(i *installation) {
			i.leases = []*lease.Lease{{Attempt: &lease.Attempt{Deadline: start.Add(2 * time.Hour)}}}
		}, time.Hour, false},
		"a call was given up on": {func(i *installation) { i.leases = []*lease.Lease{{Attempt: &lease.Attempt{Deadline: start}}} }, time.Hour, true},
	} {
		t.Run(name, func(t *testing.T) {
			i := &installation{now: start, runs: map[string]*run.Run{}}
			tc.change(i)
			if left, err := i.drainer().Pass(t.Context(), false); err != nil || left.Safe() {
				t.Fatalf("at once: %v %+v", err, left)
			}
			i.now = start.Add(tc.later)
			left, err := i.drainer().Pass(t.Context(), false)
			if err != nil || left.Safe() != tc.safe {
				t.Errorf("%s later: safe is %v (%v), want %v: %+v", tc.later, left.Safe(), err, tc.safe, left)
			}
		})
	}
}

// A pass ends what is open, again and again, and what is over is left alone. A dry
// run changes nothing, and says nothing is safe.
func TestPass_Ends(t *testing.T) {
	i := &installation{now: start, runs: map[string]*run.Run{"A": at(run.Active, run.NextActive), "B": at(run.Pending, run.NextReview), "C": at(run.Ended, run.NextEnded)}}
	if left, err := i.drainer().Pass(t.Context(), true); err != nil || len(i.ended) > 0 || !i.since.IsZero() || left.Safe() || len(left.Open) != 2 {
		t.Fatalf("a dry run: %v, ended %v, %+v", err, i.ended, left)
	}
	i.fail = errors.New("throttled")
	left, err := i.drainer().Pass(t.Context(), false)
	if err == nil || !slices.Equal(i.ended, []string{"A", "B"}) || len(left.Open) != 2 {
		t.Fatalf("%v, ended %v, %+v", err, i.ended, left)
	}
	i.fail, i.now = nil, start.Add(time.Minute)
	if _, err := i.drainer().Pass(t.Context(), false); err != nil || len(i.ended) != 4 || !i.since.Equal(start) {
		t.Errorf("resumed: %v, ended %v since %s", err, i.ended, i.since)
	}
}
