package explain_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/explain"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The answer about a change of rules ends with what became of it, or why nothing did.
func TestOf_Rules(t *testing.T) {
	for want, c := range map[string]api.RuleChange{
		"; the rules were pushed as version 6.":           {State: api.RuleChangePushed, Version: 6, At: start.Add(time.Minute)},
		"; the rules are not pushed: it is stale.":        {State: api.RuleChangeRefused, Why: "it is stale", At: start.Add(time.Minute)},
		"; the rules are being pushed.":                   {State: api.RuleChangeApproved},
		"; nothing has become of it: no function did it.": {State: api.RuleChangeApproved, Waits: "no function did it"},
	} {
		v := api.Request{Flow: "rule-change", Status: run.Approved, CreatedAt: start, Decision: &api.Decision{Event: run.Approve, By: api.Actor{Type: run.UserActor, ID: grace.ID, Email: grace.Email}}, RuleChange: &c}
		e := explain.Of(v)
		if !strings.HasPrefix(e.Answer, "Approved by grace@example.com") || !strings.HasSuffix(e.Answer, want) {
			t.Errorf("got %q, want %q", e.Answer, want)
		}
		if became := len(e.Steps) == 1 && e.Steps[0].Event == explain.Rules && e.Steps[0].After() == time.Minute; became != !c.At.IsZero() {
			t.Errorf("%s: steps %+v", want, e.Steps)
		}
	}
}
