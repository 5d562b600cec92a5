package slackui_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

// A message about a change of rules is short, and leads to the difference.
func TestRuleChange(t *testing.T) {
	change, err := json.Marshal("changed  production\nadded    more\n\n--- served\n+++ proposed\n+ <!channel> a long difference")
	if err != nil {
		t.Fatal(err)
	}
	for flow, long := range map[string]bool{"rule-change": false, "production": true} {
		r := api.Request{
			ID: "01JD0000000000000000000000", Flow: flow, Status: api.StatusPending, Requester: api.Person{ID: "ada@example.com"},
			Fields: map[string]json.RawMessage{"digest": json.RawMessage(`"d00d"`), "change": change},
		}
		raw, err := json.Marshal(slackui.Card(r, slackui.Look{}).Blocks)
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		if got := strings.Contains(text, "a long difference") && strings.Contains(text, "d00d"); got != long {
			t.Errorf("%s: shows the whole is %v, want %v: %s", flow, got, long, text)
		}
		if !long && !strings.Contains(text, "changed  production, added    more") || !long && !strings.Contains(text, "fasttrack show 01JD0000000000000000000000") {
			t.Errorf("%s: %s", flow, text)
		}
	}
}
