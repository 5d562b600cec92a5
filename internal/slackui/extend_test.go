package slackui_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack/blockkit"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

// The reminder before the end of access offers to extend it, where the flow lets it be
// extended.
func TestReminderOffersTheExtension(t *testing.T) {
	r := api.Request{ID: "01JD0000000000000000000000", Flow: "prod", Status: api.StatusActive}
	for _, extend := range []bool{true, false} {
		m := slackui.Reminder(r, time.Now(), slackui.Look{Link: "https://access.example.com/r", Extend: extend})
		raw, err := json.Marshal(m.Blocks)
		if err != nil {
			t.Fatal(err)
		}
		for _, offer := range []string{"https://access.example.com/r#extend", "fasttrack extend 01JD0000000000000000000000"} {
			if strings.Contains(string(raw), offer) != extend {
				t.Errorf("extend %v: %s", extend, raw)
			}
		}
		for _, found := range blockkit.Blocks(raw, blockkit.Message, "reminder") {
			t.Errorf("Slack refuses it: %s", found)
		}
	}
}
