package slackway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// inAnEmergency is a world in which Ada has broken the glass, with the event of that.
func inAnEmergency(t *testing.T, use run.SlackUse, selfApproval bool) (*world, deliver.Notice) {
	w := newWorld(t)
	r := w.table.runs[id]
	r.Flow.Slack, r.Flow.Review.SelfApproval, r.Flow.Strategy = use, selfApproval, []byte(`{"type":"lambda"}`)
	r.BreakGlass, r.Review = &run.BreakGlass{ReviewWithinSeconds: 3600}, nil
	e := w.table.happen(id, run.Approve, run.BreakGlassActor, run.Approved, "")
	w.table.runs[id].Decision = &run.Decision{Event: run.Approve, By: run.BreakGlassActor}
	return w, w.notice(deliver.Alert, e)
}

// Everybody who is alerted has a card that follows the emergency: revoked while access lasts,
// reviewed after that, and with the review in the end. Its own requester never gets the button,
// self-approval or not, and nobody in a flow that is decided elsewhere.
func TestAlerts(t *testing.T) {
	for name, tc := range map[string]struct {
		use          run.SlackUse
		selfApproval bool
		buttons      [3]string // of #ops, Grace and Ada while it waits for its review
	}{
		"decide":             {run.SlackDecide, false, [3]string{"review", "review", ""}},
		"with self-approval": {run.SlackDecide, true, [3]string{"review", "review", ""}},
		"ask":                {run.SlackAsk, false, [3]string{"", "", ""}},
		"link":               {run.SlackLink, false, [3]string{"", "", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			w, n := inAnEmergency(t, tc.use, tc.selfApproval)
			for _, to := range []deliver.Addressee{ops, toG, toA} {
				w.send(n, to)
			}
			card := func(channel string) fakeslack.Message { return w.slack.Messages(channel)[0] }
			places := [3]string{"C0OPS", fakeslack.DM("U0GRACE"), fakeslack.DM("U0ADA")}
			for _, place := range places {
				if words := card(place).Words(); !strings.Contains(words, "Emergency") || !strings.Contains(words, "broke the glass for") || strings.Contains(buttons(card(place)), "review") {
					t.Errorf("at once %s reads %s with %q", place, words, buttons(card(place)))
				}
			}
			w.follow(w.table.happen(id, run.Escalate, none, run.Active, ""))
			w.table.runs[id].BreakGlass.ReviewBy = start.Add(time.Hour)
			w.table.runs[id].Engine.Next = run.NextReview
			w.follow(w.table.happen(id, run.Deescalate, none, run.Ended, ""))
			for i, place := range places {
				if m := card(place); buttons(m) != tc.buttons[i] || !strings.Contains(m.Words(), "It must be reviewed") {
					t.Errorf("once ended %s has %q, want %q: %s", place, buttons(m), tc.buttons[i], m.Words())
				}
			}
			w.pass(2 * time.Hour)
			reminder := w.table.happen(id, run.Remind, none, run.Ended, "")
			w.send(w.notice(deliver.Alert, reminder), ops)
			w.follow(reminder)
			for _, m := range w.slack.Messages("C0OPS") {
				if m.Thread == "" && !strings.Contains(m.Words(), "The review is overdue") {
					t.Errorf("overdue it reads %s", m.Words())
				}
			}
			r := w.table.runs[id]
			r.BreakGlass.Reviewed, r.Engine.Next = len(r.History)+1, ""
			w.follow(w.table.happen(id, run.Reviews, byG, run.Ended, "a drill"))
			for _, place := range places {
				for _, m := range w.slack.Messages(place) {
					if m.Thread == "" && (buttons(m) != "" || !strings.Contains(m.Words(), "Reviewed by grace@example.com") || !strings.Contains(m.Words(), "a drill")) {
						t.Errorf("reviewed %s has %q: %s", place, buttons(m), m.Words())
					}
				}
			}
			thread := ""
			for _, m := range w.slack.Thread("C0OPS", card("C0OPS").TS) {
				thread += m.Words() + "\n"
			}
			if !strings.Contains(thread, "Access has ended.") || !strings.Contains(thread, "Reviewed by grace@example.com") {
				t.Errorf("the thread reads %s", thread)
			}
		})
	}
}
