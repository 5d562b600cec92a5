package flow_test

import (
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// What people may do in Slack reaches each run and today's rules. Naming the default makes
// no other version of the flow.
func TestSlackUse(t *testing.T) {
	versions := map[string]string{}
	for word, want := range map[string]run.SlackUse{"": "", "decide": "", "ask": run.SlackAsk, "link": run.SlackLink, "off": run.SlackOff} {
		text := "flows: [{name: a, admins: [root@example.com]"
		if word != "" {
			text += ", slack: " + word
		}
		file, err := flow.Parse("f", []byte(text+"}]"))
		if err != nil {
			t.Fatalf("slack: %s: %v", word, err)
		}
		f := &file.Flows[0]
		block, err := f.ForRun("hooks")
		if err != nil || block.Slack != want || file.Today().Flows["a"].Slack != want {
			t.Errorf("slack: %s: a run has %q, today %q (%v)", word, block.Slack, file.Today().Flows["a"].Slack, err)
		}
		shown := string(want)
		if want == "" {
			shown = "decide"
		}
		if got := f.Rules().Slack; got != shown {
			t.Errorf("slack: %s: the rules have %q", word, got)
		}
		if versions[word], err = f.Version(); err != nil {
			t.Fatal(err)
		}
		today, err := flow.ParseToday("f", []byte(text+"}]"))
		if err != nil || today.Flows["a"].Slack != want {
			t.Errorf("slack: %s: read as today's: %+v (%v)", word, today, err)
		}
	}
	if versions[""] != versions["decide"] || versions["ask"] == versions[""] {
		t.Errorf("versions are %v", versions)
	}
}
