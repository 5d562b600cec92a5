package slackway_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// What Slack refuses for good is not retried, and says what to do; what may pass is.
func TestRefusals(t *testing.T) {
	for name, tc := range map[string]struct {
		channel string
		fault   fakeslack.Fault
		want    string // "" for an error that is retried
	}{
		"archived":      {"#old", fakeslack.Fault{}, "the channel is archived"},
		"not a member":  {"#away", fakeslack.Fault{}, "fasttrack is not in the channel: invite it with /invite @fasttrack"},
		"unknown":       {"#nowhere", fakeslack.Fault{}, "Slack has no such channel, or fasttrack is not in it: invite it with /invite @fasttrack"},
		"bad token":     {"#ops", fakeslack.Fault{Error: "invalid_auth"}, "Slack refuses the bot token (invalid_auth): see SlackSecretArn"},
		"new to us":     {"#ops", fakeslack.Fault{Error: "brand_new_error"}, "Slack refuses it: brand_new_error"},
		"Slack fails":   {"#ops", fakeslack.Fault{Error: "internal_error"}, ""},
		"Slack is down": {"#ops", fakeslack.Fault{Status: http.StatusInternalServerError}, ""},
		"lost answer":   {"#ops", fakeslack.Fault{LoseAnswer: true}, ""},
		"long limit":    {"#ops", fakeslack.Fault{Status: http.StatusTooManyRequests, RetryAfter: 30 * time.Second}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.slack.Break(tc.fault)
			err := w.Send(t.Context(), w.asked(id), deliver.Addressee{To: "slack:" + tc.channel, Channel: tc.channel})
			var permanent deliver.Permanent
			if is := errors.As(err, &permanent); err == nil || is != (tc.want != "") || permanent.Why != tc.want {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

// A post whose answer was lost may appear twice. Both are updated by their clicks and by
// events; the second is known, so it has no stale button.
func TestLostAnswer(t *testing.T) {
	w := newWorld(t)
	w.slack.Break(fakeslack.Fault{Method: "chat.postMessage", Times: 1, LoseAnswer: true})
	n := w.asked(id)
	if err := w.Send(t.Context(), n, ops); err == nil {
		t.Fatal("a lost answer is taken for one")
	}
	w.send(n, ops)
	w.follow(w.table.happen(id, run.Deny, byG, run.Denied, ""))
	all := w.slack.Messages("C0OPS")
	if len(all) != 2 || buttons(all[1]) != "" {
		t.Errorf("got %d messages, the last with buttons %q", len(all), buttons(all[1]))
	}
}

// Slack's limit and its failures are waited for, where that is short.
func TestShortLimitIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	n := w.asked(id)
	w.send(n, ops)
	w.slack.Break(fakeslack.Fault{Method: "chat.update", Times: 1, Status: http.StatusTooManyRequests, RetryAfter: time.Second})
	w.slack.Break(fakeslack.Fault{Method: "chat.update", Times: 1, Status: http.StatusInternalServerError})
	w.follow(w.table.happen(id, run.Deny, byG, run.Denied, ""))
	if got := buttons(w.only("C0OPS")); got != "" {
		t.Errorf("got buttons %q", got)
	}
}

// A card that is posted, and can't be updated just then, is not posted again: the event
// fails, and updates it when it is retried.
func TestUpdateFailsAfterThePost(t *testing.T) {
	w := newWorld(t)
	n := w.asked(id)
	w.table.happen(id, run.Deny, byG, run.Denied, "")
	w.slack.Break(fakeslack.Fault{Method: "chat.update", Error: "internal_error"})
	w.send(n, ops)
	if err := w.Follow(t.Context(), n); err == nil {
		t.Error("the event is done with a card that asks for a decision")
	}
	w.slack.ClearFaults()
	if err := w.Follow(t.Context(), n); err != nil || buttons(w.only("C0OPS")) != "" {
		t.Errorf("got %v and buttons %q", err, buttons(w.only("C0OPS")))
	}
}
