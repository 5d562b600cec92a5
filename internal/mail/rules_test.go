package mail_test

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	compose "github.com/fasttrack-dev/fasttrack/internal/mail"
)

// The mail about a change of rules says what became of it, and why.
func TestCompose_Rules(t *testing.T) {
	n := notice(deliver.Rules, "", api.StatusApproved)
	n.Event.Entry = api.Entry{}
	for kind, tc := range map[string]struct {
		became api.RulesOutcome
		state  string
		holds  string
	}{
		api.EventTypeRulesApplied: {api.RulesOutcome{Version: 6}, "pushed as version 6", "Functions take it within 30 seconds."},
		api.EventTypeRulesRefused: {api.RulesOutcome{Why: "request X is stale"}, "approved, and not pushed", "Why not: request X is stale"},
	} {
		n.Event.Type, n.Event.Rules = kind, &tc.became
		m, notifies := compose.Compose(n, "example.com")
		if !notifies || !strings.HasSuffix(m.Subject, ": "+tc.state) || !strings.Contains(m.Text, tc.holds) || strings.Contains(m.Text, "By: ") || m.Event != "rules" || m.Entry != 0 {
			t.Errorf("%s: %v, %+v", kind, notifies, m)
		}
	}
}
