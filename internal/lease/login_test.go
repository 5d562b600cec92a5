package lease_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Who has a colleague's former address is not given what the colleague holds by
// it: that would keep it past the colleague's end.
func TestAnotherLoginOfTheAddress(t *testing.T) {
	now := time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)
	of := func(id, principal string, mapped bool) *run.Run {
		return &run.Run{ID: id, Requester: run.Person{ID: "ada@example.com", Email: "ada@example.com", Principal: principal, Mapped: mapped}}
	}
	for name, tc := range map[string]struct {
		holds, comes *run.Run
		over, want   bool
	}{
		"the same login":                    {of("a", "i|1", false), of("b", "i|1", false), false, true},
		"the same run":                      {of("a", "i|1", false), of("a", "i|2", false), false, true},
		"another login":                     {of("a", "i|1", false), of("b", "i|2", false), false, false},
		"another, once that has ended":      {of("a", "i|1", false), of("b", "i|2", false), true, true},
		"one person by the directory":       {of("a", "i|1", true), of("b", "i|2", true), false, true},
		"mapped on one side":                {of("a", "i|1", false), of("b", "i|2", true), false, false},
		"held by an older release's run":    {of("a", "", false), of("b", "i|2", false), false, true},
		"an older release's run comes late": {of("a", "i|1", false), of("b", "", false), false, true},
	} {
		t.Run(name, func(t *testing.T) {
			l, call, err := lease.New(lease.Key{}).BeginGive(tc.holds.ID, true, 0, now, now.Add(time.Minute))
			if err != nil || !call {
				t.Fatal(err)
			}
			l.HeldBy(tc.holds)
			if l, err = l.EndGive(tc.holds.ID, l.Attempt.Fence, lease.Made, "", now); err != nil {
				t.Fatal(err)
			}
			if tc.over {
				if l, _, err = l.BeginTake(tc.holds.ID, now, now.Add(time.Minute)); err != nil {
					t.Fatal(err)
				}
				if l, err = l.EndTake(tc.holds.ID, l.Attempt.Fence, lease.Gone{}, now); err != nil {
					t.Fatal(err)
				}
			}
			raw, err := json.Marshal(l) // as it is stored
			if err != nil {
				t.Fatal(err)
			}
			l = &lease.Lease{}
			if err := json.Unmarshal(raw, l); err != nil {
				t.Fatal(err)
			}
			if err := l.Admits(tc.comes); (err == nil) != tc.want || err != nil && !errors.As(err, new(lease.OtherLogin)) {
				t.Errorf("got %v", err)
			}
		})
	}
}
