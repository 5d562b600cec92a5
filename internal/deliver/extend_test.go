package deliver_test

import (
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// An extension is offered while it could be requested, by today's flow.
func TestExtendable(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	today := func(rule *run.ExtendRule) *run.Today {
		return &run.Today{Flows: map[string]run.TodayFlow{"prod": {Extend: rule}}}
	}
	rule := &run.ExtendRule{MaxTotalSeconds: 7200, DurationsSeconds: []int{1800}}
	active := run.Run{
		Status: run.Active, Requester: run.Person{ID: "ada@example.com", Email: "ada@example.com"}, DurationSeconds: 3600,
		Flow: run.Flow{Name: "prod", Strategy: []byte("{}")}, Access: &run.Access{StartsAt: now.Add(-50 * time.Minute), EndsAt: now.Add(10 * time.Minute)},
	}
	active.Engine.Next = run.NextActive
	over := active
	over.Status = run.Ended
	for name, tt := range map[string]struct {
		r     *run.Run
		today *run.Today
		want  bool
	}{
		"it may":              {&active, today(rule), true},
		"not by the flow":     {&active, today(nil), false},
		"nothing left":        {&active, today(&run.ExtendRule{MaxTotalSeconds: 3600, DurationsSeconds: []int{1800}}), false},
		"it is over":          {&over, today(rule), false},
		"the flow is unknown": {&active, nil, false},
	} {
		if got := deliver.Extendable(tt.r, tt.today, now); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
