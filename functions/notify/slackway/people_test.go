package slackway_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A person without a Slack user of their own gets nothing, and the delivery says why.
func TestReaches(t *testing.T) {
	w := newWorld(t)
	w.slack.SetUser(fakeslack.User{ID: "U0GIA", Email: "gia@example.com", Team: "T0BRANCH", Enterprise: "E0OTHER"})
	for person, want := range map[string]string{
		"gia@example.com": "", // of another workspace of the organization in SlackTeams
		grace:             "", "gone@example.com": "no active user", "nobody@example.com": "no active user", "bot@example.com": "bot",
		"guest@example.com": "guest", "new@example.com": "guest", "un@example.com": "not confirmed",
	} {
		for range 2 {
			got, err := w.Reaches(t.Context(), deliver.Addressee{To: person, Person: person})
			if err != nil || (got == "") != (want == "") || !strings.Contains(got, want) {
				t.Errorf("%s: got %q, %v; want %q", person, got, err, want)
			}
		}
	}
	if got := w.slack.Calls()["users.lookupByEmail"]; got != 8 {
		t.Errorf("%d calls for 8 people, each asked for twice", got)
	}
	w.slack.SetUser(fakeslack.User{ID: "U0NOBODY", Email: "nobody@example.com"})
	w.pass(11 * time.Minute)
	if got, err := w.Reaches(t.Context(), deliver.Addressee{Person: "nobody@example.com"}); got != "" || err != nil {
		t.Errorf("who has joined since: %q, %v", got, err)
	}
	if got, err := w.Reaches(t.Context(), ops); got != "" || err != nil {
		t.Errorf("a channel: %q, %v", got, err)
	}
}

// A person who is deactivated after the look-up is remembered as such.
func TestDeactivatedMeanwhile(t *testing.T) {
	w := newWorld(t)
	if why, err := w.Reaches(t.Context(), toG); why != "" || err != nil {
		t.Fatal(why, err)
	}
	w.slack.SetUser(fakeslack.User{ID: "U0GRACE", Email: grace, Deleted: true})
	var permanent deliver.Permanent
	if err := w.Send(t.Context(), w.asked(id), toG); !errors.As(err, &permanent) || !strings.Contains(permanent.Why, "deactivated") {
		t.Errorf("got %v", err)
	}
	if why, err := w.Reaches(t.Context(), toG); why == "" || err != nil {
		t.Errorf("got %q, %v", why, err)
	}
}

// What a flow lets people do in Slack decides on buttons and messages.
func TestUseOfTheFlow(t *testing.T) {
	for use, want := range map[run.SlackUse]string{"": "approve deny shorten", run.SlackAsk: "", run.SlackLink: "", run.SlackOff: "none"} {
		w := newWorld(t)
		w.table.runs[id].Flow.Slack = use
		err := w.Send(t.Context(), w.asked(id), ops)
		if use == run.SlackOff {
			var skip deliver.Skip
			if !errors.As(err, &skip) || len(w.slack.Messages("")) > 0 {
				t.Errorf("off: got %v and %d messages", err, len(w.slack.Messages("")))
			}
			w.follow(w.table.happen(id, run.Deny, byG, run.Denied, ""))
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if m := w.only("C0OPS"); buttons(m) != want || len(m.Buttons()) == 0 {
			t.Errorf("%q: got buttons %q, want %q beside Open", use, buttons(m), want)
		}
	}
}

// The requester's own copy has no buttons to decide, unless the flow lets them.
func TestTheRequestersCopy(t *testing.T) {
	w := newWorld(t)
	w.send(w.asked(id), toA)
	if got := buttons(w.only(fakeslack.DM("U0ADA"))); got != "" {
		t.Errorf("got buttons %q", got)
	}
	w = newWorld(t)
	w.table.runs[id].Flow.Review.SelfApproval = true
	w.send(w.asked(id), toA)
	if got := buttons(w.only(fakeslack.DM("U0ADA"))); got == "" {
		t.Error("no buttons in a flow with self-approval")
	}
}
