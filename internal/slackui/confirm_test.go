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

// The reminder to confirm access has a button in Slack as long as nobody has confirmed it.
func TestReminderToConfirm(t *testing.T) {
	const button = `"action_id":"confirm"`
	ends := time.Date(2026, 11, 29, 11, 0, 0, 0, time.UTC)
	r := api.Request{ID: "01JD0000000000000000000000", Flow: "prod", Status: api.StatusActive, DurationSeconds: 90 * 24 * 3600, UntilRevoked: true, Access: &api.Access{EndsAt: ends}}
	e := api.Event{Request: r, Entry: api.Entry{Event: api.EventRemind, Status: api.StatusActive, EndsAt: ends}}
	for name, tc := range map[string]struct {
		change        func(*api.Event, *slackui.Look)
		sent, pressed bool
	}{
		"due":       {func(*api.Event, *slackui.Look) {}, true, true},
		"on a page": {func(_ *api.Event, l *slackui.Look) { l.Buttons = false }, true, false},
		"confirmed": {func(e *api.Event, _ *slackui.Look) { e.Request.Access = &api.Access{EndsAt: ends.Add(time.Hour)} }, false, false},
		"over":      {func(e *api.Event, _ *slackui.Look) { e.Request.Status = api.StatusRevoked }, false, false},
	} {
		e, look := e, slackui.Look{Link: "https://access.example.com/r", Buttons: true}
		tc.change(&e, &look)
		m, is := slackui.Direct(e, look)
		if is != tc.sent {
			t.Errorf("%s: a message %v", name, is)
		}
		if !is {
			continue
		}
		raw, err := json.Marshal(m.Blocks)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), button) != tc.pressed || !strings.Contains(string(raw), "fasttrack confirm 01JD") {
			t.Errorf("%s: %s", name, raw)
		}
		for _, found := range blockkit.Blocks(raw, blockkit.Message, "confirm") {
			t.Errorf("%s: Slack refuses it: %s", name, found)
		}
	}
	for said, change := range map[string]func(*api.Request){
		"Your confirmation is stored": func(r *api.Request) { r.You = &api.You{Confirm: &api.ConfirmAllowed{May: true}} },
		"could not be granted anew. It ends on 29 Nov 11:00 UTC as before. Confirm it again before that. no such user": func(r *api.Request) {
			r.LastError = &api.LastError{Where: "confirm", Text: "no such user"}
		},
		"could not be granted anew yet; fasttrack retries.": func(r *api.Request) {
			r.LastError = &api.LastError{Where: "confirm", Text: "AWS is away", NextTryAt: ends}
		},
		"Confirmed on": func(r *api.Request) { r.You = &api.You{Confirm: &api.ConfirmAllowed{}} },
	} {
		r := r
		r.Access = &api.Access{EndsAt: ends, ConfirmedAt: ends.Add(-time.Hour)}
		change(&r)
		raw, err := json.Marshal(slackui.Acted(r, api.EventConfirm, ""))
		if err != nil || !strings.Contains(string(raw), said) {
			t.Errorf("%s: %v", raw, err)
		}
		if m, is := slackui.Direct(api.Event{Type: api.EventTypeAccessFailing, Request: r}, slackui.Look{}); is != (r.LastError != nil) || is && !strings.Contains(words(t, m), said) {
			t.Errorf("the message is %v: %s", is, words(t, m))
		}
	}
}
