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

// unreviewedEmergency is a world in which the access of an emergency has ended, which #ops and
// Grace were alerted of.
func unreviewedEmergency(t *testing.T) *world {
	w, n := inAnEmergency(t, run.SlackDecide, false)
	w.send(n, ops)
	w.send(n, toG)
	w.follow(w.table.happen(id, run.Escalate, none, run.Active, ""))
	r := w.table.runs[id]
	r.BreakGlass.ReviewBy, r.Engine.Next = start.Add(time.Hour), run.NextReview
	w.follow(w.table.happen(id, run.Deescalate, none, run.Ended, ""))
	return w
}

// remind has those reminded of the review who are given.
func (w *world) remindOfReview(to ...deliver.Addressee) {
	w.t.Helper()
	reminder := w.table.happen(id, run.Remind, none, run.Ended, "")
	for _, a := range to {
		w.send(w.notice(deliver.Alert, reminder), a)
	}
	w.follow(reminder)
}

// Reminders of a review follow the card, and notify: the conversation shows them too. There is
// one card, with the one button, however often people are reminded. Who had none gets one.
func TestRemindersOfAReviewFollowTheCard(t *testing.T) {
	w := unreviewedEmergency(t)
	toLinus := deliver.Addressee{To: "admins", Person: "linus@example.com"}
	w.slack.SetUser(fakeslack.User{ID: "U0LINUS", Email: "linus@example.com"})
	w.remindOfReview(ops, toG)
	w.remindOfReview(ops, toG)
	w.pass(2 * time.Hour)
	w.remindOfReview(ops, toG, toLinus)
	w.remindOfReview(ops, toG, toLinus)
	for place, reminders := range map[string]int{"C0OPS": 4, fakeslack.DM("U0GRACE"): 4, fakeslack.DM("U0LINUS"): 1} {
		card := w.only(place)
		if buttons(card) != "review" || !strings.Contains(card.Words(), "The review is overdue") {
			t.Errorf("the card of %s has %q: %s", place, buttons(card), card.Words())
		}
		loud := 0
		for _, m := range w.slack.Thread(place, card.TS) {
			if buttons(m) != "" {
				t.Errorf("a line of %s has the buttons %q", place, buttons(m))
			}
			if !m.Broadcast {
				continue
			}
			loud++
			says, text := "It must be reviewed by somebody other than the requester, until 29 Nov 11:00 UTC.", "Nobody has reviewed it yet"
			if loud > 2 || place == fakeslack.DM("U0LINUS") {
				says, text = "The review is overdue: somebody other than the requester should have reviewed it until 29 Nov 11:00 UTC.", "The review is overdue"
			}
			words := strings.ReplaceAll(m.Words(), "\n", "")
			if !strings.Contains(words, says) || m.Text != "Emergency · aws-access for ada@example.com: "+text {
				t.Errorf("reminder %d in %s reads %q %s", loud, place, m.Text, words)
			}
		}
		if loud != reminders {
			t.Errorf("%s was reminded %d times below the card, want %d", place, loud, reminders)
		}
	}
}

// A card that somebody deleted is posted again by the next reminder, whose thread the ones
// after it continue.
func TestAReminderWithoutACard(t *testing.T) {
	for name, known := range map[string]bool{"known to be deleted": true, "deleted just now": false} {
		t.Run(name, func(t *testing.T) {
			w := unreviewedEmergency(t)
			old := w.only("C0OPS")
			w.slack.DeleteMessage("C0OPS", old.TS)
			if known {
				w.follow(w.table.happen(id, run.Ignore, none, run.Ended, ""))
			}
			w.remindOfReview(ops)
			w.remindOfReview(ops)
			var tops []fakeslack.Message
			for _, m := range w.slack.Messages("C0OPS") {
				if m.Thread == "" {
					tops = append(tops, m)
				}
			}
			if len(tops) != 1 || buttons(tops[0]) != "review" {
				t.Fatalf("#ops has %v", tops)
			}
			if got := len(w.slack.Thread("C0OPS", tops[0].TS)); got != 1 {
				t.Errorf("%d lines below it, want 1", got)
			}
		})
	}
}

// A reminder that comes after the review is not sent, and one that can't be posted fails as
// any message does.
func TestAReminderThatIsNotSent(t *testing.T) {
	w := unreviewedEmergency(t)
	reminder := w.table.happen(id, run.Remind, none, run.Ended, "")
	w.slack.SetChannel(fakeslack.Channel{ID: "C0OPS", Name: "ops", Archived: true})
	permanent := deliver.Permanent{}
	if err := w.Send(t.Context(), w.notice(deliver.Alert, reminder), ops); !errors.As(err, &permanent) || permanent.Why != "the channel is archived" {
		t.Errorf("to an archived channel: %v", err)
	}
	r := w.table.runs[id]
	r.BreakGlass.Reviewed, r.Engine.Next = len(r.History)+1, ""
	w.table.happen(id, run.Reviews, byG, run.Ended, "a drill")
	skip := deliver.Skip{}
	if err := w.Send(t.Context(), w.notice(deliver.Alert, reminder), toG); !errors.As(err, &skip) {
		t.Errorf("after the review: %v", err)
	}
	if lines := w.slack.Thread(fakeslack.DM("U0GRACE"), w.only(fakeslack.DM("U0GRACE")).TS); len(lines) != 0 {
		t.Errorf("after the review it was reminded of: %v", lines)
	}
}
