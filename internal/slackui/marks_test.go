package slackui_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

// words is a message as people read it, without its form.
func words(t *testing.T, m slackui.Message) string {
	t.Helper()
	raw, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	return m.Text + "\n" + string(raw)
}

// An extension is one in every message about it, with what it extends on the card.
func TestExtensionsAreMarked(t *testing.T) {
	at := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	r := api.Request{
		ID: "01JD0000000000000000000001", Flow: "prod", Status: api.StatusPending, DurationSeconds: 3600, Requester: api.Person{Email: "ada@example.com"},
		Extends: &api.Extends{ID: "01JD0000000000000000000000", Number: 1, StartedAt: at, EndsAt: at.Add(time.Hour)},
	}
	denied := api.Event{Request: r, Entry: api.Entry{Event: api.EventDeny, Status: api.StatusDenied, Actor: api.Actor{Email: "grace@example.com"}}}
	direct, _ := slackui.Direct(denied, slackui.Look{})
	thread, _ := slackui.Thread(api.Event{Request: r, Entry: api.Entry{Event: api.EventFail}})
	home, err := json.Marshal(slackui.Home(slackui.HomePage{
		Inbox: []api.Request{r}, Link: func(string) string { return "" }, Decides: func(api.Request) bool { return true }, Returns: func(api.Request) bool { return true },
	}))
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := json.Marshal(slackui.Outcome(r, ""))
	if err != nil {
		t.Fatal(err)
	}
	for name, said := range map[string]string{"card": words(t, slackui.Card(r, slackui.Look{})), "direct": words(t, direct), "thread": words(t, thread), "home": string(home), "outcome": string(outcome)} {
		if !strings.Contains(said, "Extension · ") {
			t.Errorf("%s: %s", name, said)
		}
	}
	if card := words(t, slackui.Card(r, slackui.Look{})); !strings.Contains(card, "requests an extension of") || !strings.Contains(card, "Extends access since 29 Nov 10:00 UTC, from 29 Nov 11:00 UTC to 29 Nov 12:00 UTC") {
		t.Errorf("the card reads %s", card)
	}
}

// What a second look led to has a line of its own in the thread and in what the holder reads;
// what a person revoked, and what else was ignored, is no second look.
func TestSecondLooksAreSaid(t *testing.T) {
	engine, hook, grace := api.Actor{Type: api.ActorEngine}, api.Actor{Type: api.ActorHook, ID: "while_active"}, api.Actor{Type: api.ActorUser, Email: "grace@example.com"}
	r := api.Request{ID: "01JD0000000000000000000000", Flow: "prod", Status: api.StatusRevoked, Requester: api.Person{Email: "ada@example.com"}}
	for name, tc := range map[string]struct {
		entry          api.Entry
		thread, direct string // "" for no message
	}{
		"revoked by a check":  {api.Entry{Event: api.EventRevoke, Actor: engine, Reason: "Access was looked at again: ada@example.com left."}, "A second look revoked the access, by fasttrack.", "Access revoked by a second look, by fasttrack"},
		"revoked by the hook": {api.Entry{Event: api.EventRevoke, Actor: hook, Reason: "off call"}, "A second look revoked the access, by the hook while_active.", "Access revoked by a second look, by the hook while_active"},
		"revoked by somebody": {api.Entry{Event: api.EventRevoke, Actor: grace, Reason: "Access was looked at again: by me"}, "Revoked by grace@example.com.", "Access revoked by grace@example.com"},
		"failed":              {api.Entry{Event: api.EventIgnore, Status: api.StatusActive, Actor: hook, Error: "503"}, "A second look at the access failed; it goes on. 503", ""},
		"nobody can know":     {api.Entry{Event: api.EventIgnore, Status: api.StatusActive, Actor: engine, Error: "It is unknown whether access may go on."}, "A second look at the access failed; it goes on. It is unknown", ""},
		"a failed confirm":    {api.Entry{Event: api.EventIgnore, Status: api.StatusActive, Actor: engine, Error: "503", Act: "A", ActEvent: api.EventConfirm}, "", ""},
		"another hook failed": {api.Entry{Event: api.EventIgnore, Status: api.StatusActive, Actor: api.Actor{Type: api.ActorHook, ID: "after_escalate"}, Error: "503"}, "", ""},
		"an ignored act":      {api.Entry{Event: api.EventIgnore, Status: api.StatusActive, Actor: engine, Reason: "too late"}, "", ""},
	} {
		e := api.Event{Request: r, Entry: tc.entry}
		thread, is := slackui.Thread(e)
		if said := words(t, thread); is != (tc.thread != "") || is && (!strings.Contains(said, tc.thread) || tc.entry.Event == api.EventRevoke && !strings.Contains(said, tc.entry.Reason)) {
			t.Errorf("%s: the thread reads %v %s", name, is, said)
		}
		direct, is := slackui.Direct(e, slackui.Look{})
		if said := words(t, direct); is != (tc.direct != "") || is && !strings.Contains(said, tc.direct+":") {
			t.Errorf("%s: the holder reads %v %s", name, is, said)
		}
	}
	r.Status, r.Access = api.StatusActive, &api.Access{EndsAt: time.Date(2026, 11, 29, 11, 0, 0, 0, time.UTC)}
	for where, is := range map[string]bool{"while_active": true, "on_request": false} {
		r.LastError = &api.LastError{Where: where, Text: "503"}
		if said := words(t, slackui.Card(r, slackui.Look{})); strings.Contains(said, "The last second look failed: 503") != is {
			t.Errorf("after %s the card reads %s", where, said)
		}
	}
}
