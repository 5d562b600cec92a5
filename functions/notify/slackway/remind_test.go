package slackway_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// An access that runs its course has its reminder sent by Slack, and not deleted.
func TestTheReminderIsSent(t *testing.T) {
	w := newWorld(t)
	e := w.table.happen(id, run.Approve, byG, run.Approved, "")
	w.follow(e)
	w.follow(w.table.happen(id, run.Escalate, none, run.Active, ""))
	w.pass(51 * time.Minute)
	if m := w.only(fakeslack.DM("U0ADA")); !strings.Contains(m.Words(), "Access ends in 10m, on 29 Nov 11:00 UTC") {
		t.Errorf("got %s", m.Words())
	}
	w.follow(w.table.happen(id, run.Deescalate, none, run.Ended, ""))
	if got := w.slack.Calls()["chat.deleteScheduledMessage"]; got > 0 {
		t.Errorf("%d calls to delete what was sent", got)
	}
}

// A call that dies after it scheduled the reminder, or never gets the answer, leaves none
// behind: there is one while access lasts, and none once it has ended.
func TestAReminderIsNotLeftBehind(t *testing.T) {
	for name, dies := range map[string]func(*world){
		"before its id is stored": func(w *world) {
			w.table.fails = func(c store.SlackCopy) error {
				if c.Kind == store.SlackRemind {
					return errors.New("the process died")
				}
				return nil
			}
		},
		"before the answer": func(w *world) {
			w.slack.Break(fakeslack.Fault{Method: "chat.scheduleMessage", Times: 1, LoseAnswer: true})
		},
	} {
		for _, retried := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				w := newWorld(t)
				w.file(other)
				for _, id := range []string{id, other} {
					w.table.happen(id, run.Approve, byG, run.Approved, "")
				}
				w.follow(w.table.happen(other, run.Escalate, none, run.Active, "")) // ends at the same second
				dies(w)
				granted := w.table.happen(id, run.Escalate, none, run.Active, "")
				if err := w.Follow(t.Context(), w.notice(deliver.Outcome, granted)); err == nil || len(w.slack.Scheduled()) != 2 {
					t.Fatalf("got %v and %d reminders", err, len(w.slack.Scheduled()))
				}
				w.table.fails = nil
				if retried {
					w.pass(61 * time.Second)
					w.follow(granted)
					if got := w.slack.Scheduled(); len(got) != 2 {
						t.Errorf("%d reminders of two accesses", len(got))
					}
				}
				w.follow(w.table.happen(id, run.Revoke, root, run.Revoked, ""))
				if got := w.slack.Scheduled(); len(got) != 1 || !strings.Contains(got[0].Text, other) {
					t.Errorf("%d reminders after the end of one of two accesses", len(got))
				}
			})
		}
	}
}

// The reminder extends access in Slack where the flow takes requests there, else on the
// request's page; without extensions it offers none.
func TestTheReminderOffersTheExtension(t *testing.T) {
	for name, tc := range map[string]struct {
		use     run.SlackUse
		extend  *run.ExtendRule
		buttons string
	}{
		"decide":        {run.SlackDecide, &run.ExtendRule{MaxTotalSeconds: 7200, DurationsSeconds: []int{3600}}, "Extend… extend, Open open"},
		"ask":           {run.SlackAsk, &run.ExtendRule{MaxTotalSeconds: 7200, DurationsSeconds: []int{3600}}, "Extend… extend, Open open"},
		"link":          {run.SlackLink, &run.ExtendRule{MaxTotalSeconds: 7200, DurationsSeconds: []int{3600}}, "Extend… open, Open open"},
		"no extensions": {run.SlackDecide, nil, "Open open"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			r := w.table.runs[id]
			r.Flow.Slack, r.Flow.Strategy = tc.use, json.RawMessage(`{"type":"lambda"}`)
			w.Today = func() *run.Today {
				return &run.Today{Flows: map[string]run.TodayFlow{r.Flow.Name: {Slack: tc.use, Extend: tc.extend}}}
			}
			w.follow(w.table.happen(id, run.Approve, byG, run.Approved, ""))
			w.follow(w.table.happen(id, run.Escalate, none, run.Active, ""))
			w.pass(51 * time.Minute)
			var got []string
			for _, b := range w.only(fakeslack.DM("U0ADA")).Buttons() {
				got = append(got, b.Text+" "+b.ActionID)
				if b.Text == "Extend…" && (b.ActionID == "extend" && b.Value != id || b.ActionID == "open" && b.URL != link+"#extend") {
					t.Errorf("it leads to %q %q", b.Value, b.URL)
				}
			}
			if strings.Join(got, ", ") != tc.buttons {
				t.Errorf("got %s, want %s", strings.Join(got, ", "), tc.buttons)
			}
		})
	}
}
