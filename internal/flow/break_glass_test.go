package flow_test

import (
	"errors"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// An emergency counts once, however often its call is repeated, over all logins of a
// person, and for 24 hours.
func TestTakeGlass(t *testing.T) {
	now := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	var own flow.Usage
	take := func(id string, others ...flow.Usage) error {
		next, err := own.TakeGlass(id, 2, others, now)
		if err == nil {
			own = next
		}
		return err
	}
	must := func(what string, err error, refused bool) {
		t.Helper()
		var spent flow.Spent
		if errors.As(err, &spent) != refused {
			t.Errorf("%s: %v", what, err)
		}
		if refused && (spent.After <= 0 || spent.After > 24*time.Hour) {
			t.Errorf("%s: again after %v", what, spent.After)
		}
	}
	must("the first", take("a"), false)
	must("the first, repeated", take("a"), false)
	now = now.Add(time.Hour)
	must("the second", take("b"), false)
	must("the second, repeated", take("b"), false)
	must("the third", take("c"), true)
	if len(own.Broken) != 2 {
		t.Errorf("%d count", len(own.Broken))
	}
	now = now.Add(23 * time.Hour)
	must("a day after the first", take("c"), false)
	must("less than a day after the second", take("d"), true)
	other := own
	own = flow.Usage{}
	must("by another login", take("e", other), true)
	must("what another login counted, repeated", take("c", other), false)
}
