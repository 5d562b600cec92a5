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
// extended: in Slack, or on its page where the flow takes no requests in Slack.
func TestReminderOffersTheExtension(t *testing.T) {
	const page, button, command = "https://access.example.com/r#extend", `"action_id":"extend"`, "fasttrack extend 01JD0000000000000000000000"
	r := api.Request{ID: "01JD0000000000000000000000", Flow: "prod", Status: api.StatusActive}
	for name, tc := range map[string]struct {
		look  slackui.Look
		shows []string
	}{
		"not extensible":         {slackui.Look{Link: "https://access.example.com/r", Buttons: true}, nil},
		"in Slack":               {slackui.Look{Link: "https://access.example.com/r", Extend: true, Buttons: true}, []string{button, command}},
		"on the page":            {slackui.Look{Link: "https://access.example.com/r", Extend: true}, []string{page, command}},
		"without a page":         {slackui.Look{Extend: true}, []string{command}},
		"in Slack, without page": {slackui.Look{Extend: true, Buttons: true}, []string{button, command}},
	} {
		raw, err := json.Marshal(slackui.Reminder(r, time.Now(), tc.look).Blocks)
		if err != nil {
			t.Fatal(err)
		}
		for _, offer := range []string{page, button, command} {
			if is := strings.Contains(strings.Join(tc.shows, "\n"), offer); strings.Contains(string(raw), offer) != is {
				t.Errorf("%s: %s shown %v in %s", name, offer, !is, raw)
			}
		}
		for _, found := range blockkit.Blocks(raw, blockkit.Message, "reminder") {
			t.Errorf("%s: Slack refuses it: %s", name, found)
		}
	}
}

// The form of an extension has the durations of the engine, the first chosen.
func TestExtendForm(t *testing.T) {
	yes := true
	r := api.Request{ID: "01JD0000000000000000000000", Flow: "prod", Status: api.StatusActive, Requester: api.Person{Email: "ada@example.com"}}
	v := slackui.ExtendForm(r, api.ExtendAllowed{May: true, ReasonRequired: &yes, DurationsSeconds: []int{1800, 3600}, EndsAt: time.Date(2026, 11, 29, 11, 0, 0, 0, time.UTC)}, "m")
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"30m"`, `"1h"`, `"initial_option":{"text":{"type":"plain_text","text":"30m"`, "29 Nov 11:00 UTC", `"private_metadata":"m"`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %s in %s", want, raw)
		}
	}
	if strings.Contains(string(raw), `"optional":true`) {
		t.Errorf("the reason is optional: %s", raw)
	}
	for _, found := range blockkit.View(raw) {
		t.Errorf("Slack refuses it: %s", found)
	}
}
