package slackui_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

// What became of a change of rules is said to people and below the card of a channel.
func TestRulesOutcome(t *testing.T) {
	for kind, tc := range map[string]struct {
		became api.RulesOutcome
		holds  []string
	}{
		api.EventTypeRulesApplied: {api.RulesOutcome{Version: 6}, []string{"Pushed as version 6", "within 30 seconds"}},
		api.EventTypeRulesRefused: {api.RulesOutcome{Why: "it is stale"}, []string{"Approved, and not pushed", "it is stale"}},
	} {
		e := api.Event{ID: "01JD-rules", Type: kind, Rules: &tc.became, Request: api.Request{ID: "01JD", Flow: "rule-change", Status: api.StatusApproved, Requester: api.Person{ID: "ada@example.com"}}}
		direct, one := slackui.Direct(e, slackui.Look{Buttons: true, Link: "https://x"})
		thread, two := slackui.Thread(e)
		for _, m := range []slackui.Message{direct, thread} {
			raw, err := json.Marshal(m.Blocks)
			if err != nil || !one || !two {
				t.Fatal(one, two, err)
			}
			for _, part := range tc.holds {
				if !strings.Contains(string(raw), part) {
					t.Errorf("%s: %q is missing of %s", kind, part, raw)
				}
			}
		}
	}
}
