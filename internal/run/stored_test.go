package run_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// What is left out of a stored history comes back. What doesn't fit is kept, and is found;
// so is an entry that was changed or removed while its link was left out.
func TestLinks(t *testing.T) {
	whole := func() *run.Run {
		r := &run.Run{ID: "r", Salt: "s"}
		for _, e := range []struct {
			event run.EventName
			to    run.Status
		}{{run.Request, run.Requested}, {run.Forward, run.Pending}, {run.Approve, run.Approved}} {
			if err := r.Append(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), e.to, run.Entry{Event: e.event, Reason: string(e.event)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Seal(); err != nil {
			t.Fatal(err)
		}
		return r
	}
	for name, tc := range map[string]struct {
		change func(*run.Run)
		valid  bool
	}{
		"as it was":      {func(*run.Run) {}, true},
		"a reason":       {func(r *run.Run) { r.History[1].Reason = "other" }, false},
		"a hash":         {func(r *run.Run) { r.History[0].Hash = r.History[2].Hash }, false},
		"a wrong link":   {func(r *run.Run) { r.History[2].PrevHash = r.History[0].Hash }, false},
		"one removed":    {func(r *run.Run) { r.History = append(r.History[:1:1], r.History[2]) }, false},
		"first removed":  {func(r *run.Run) { r.History = r.History[1:] }, false},
		"two exchanged":  {func(r *run.Run) { r.History[1], r.History[2] = r.History[2], r.History[1] }, false},
		"last cut off":   {func(r *run.Run) { r.History = r.History[:2] }, true}, // the digest finds it
		"linked already": {func(r *run.Run) { r.Link() }, true},
	} {
		r := whole()
		before := whole()
		stored := r.Stored()
		if !reflect.DeepEqual(r, before) {
			t.Fatalf("%s: storing changed the run", name)
		}
		if stored.History[1].PrevHash != "" || stored.History[2].PrevHash != "" {
			t.Fatalf("%s: stored with links", name)
		}
		tc.change(stored)
		stored.Link()
		if err := run.Verify(stored.History); (err == nil) != tc.valid {
			t.Errorf("%s: %v", name, err)
		}
		if name == "as it was" && !reflect.DeepEqual(stored, r) {
			t.Errorf("%+v came back as %+v", r, stored)
		}
	}
	for status, kept := range map[run.Status]int{run.Pending: 1, run.Approved: 0} {
		r := whole()
		r.Status, r.Engine.Next, r.Engine.Subscriptions, r.Engine.SubscriptionsKnown, r.Engine.SubscriptionsVersion = status, run.NextReview, []run.HookName{run.OnApprove}, true, "7"
		if kept == 0 {
			r.Engine.Next = run.NextApproved
		}
		if e := r.Stored().Engine; len(e.Subscriptions) != kept || e.SubscriptionsKnown != (kept == 1) || (e.SubscriptionsVersion == "7") != (kept == 1) {
			t.Errorf("%s: stored with %+v", status, e)
		}
	}
	broken := whole()
	broken.History[2].PrevHash = "forged"
	back := broken.Stored()
	back.Link()
	if back.History[2].PrevHash != "forged" {
		t.Error("a link that doesn't fit was repaired")
	}
}
