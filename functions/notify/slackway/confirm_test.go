package slackway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A reminder to confirm access keeps its button as long as it holds, and then says what came
// of it.
func TestAReminderThatIsAnswered(t *testing.T) {
	confirmed := func(r *run.Run) { r.Access.EndsAt = r.Access.EndsAt.Add(time.Hour) }
	for name, tc := range map[string]struct {
		event   run.EventName
		to      run.Status
		change  func(*run.Run)
		buttons string
		says    string
	}{
		"confirmed":          {run.Confirm, run.Active, confirmed, "", "Confirmed: access goes on: aws-access\nIt ends on 29 Nov 12:00 UTC unless it is confirmed again."},
		"reminded again":     {run.Remind, run.Active, nil, "confirm", "Do you still need this access?"},
		"revoked":            {run.Revoke, run.Revoked, nil, "", "Revoked by root@example.com: aws-access"},
		"over":               {run.Deescalate, run.Ended, nil, "", "Access ended: aws-access"},
		"confirmed and over": {run.Deescalate, run.Ended, confirmed, "", "Confirmed: aws-access"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.table.runs[id].UntilRevoked = true
			w.table.happen(id, run.Approve, byG, run.Approved, "")
			w.table.happen(id, run.Escalate, none, run.Active, "")
			reminder := w.table.happen(id, run.Remind, none, run.Active, "")
			r := w.table.runs[id]
			r.History[len(r.History)-1].EndsAt, reminder.Entry.EndsAt = r.Access.EndsAt, r.Access.EndsAt
			w.send(w.notice(deliver.Confirm, reminder), toA)
			if m := w.only(fakeslack.DM("U0ADA")); buttons(m) != "confirm" {
				t.Fatalf("it has the buttons %q: %s", buttons(m), m.Words())
			}
			e := w.table.happen(id, tc.event, root, tc.to, "")
			if tc.change != nil {
				tc.change(w.table.runs[id])
			}
			w.follow(e)
			m := w.only(fakeslack.DM("U0ADA"))
			if buttons(m) != tc.buttons || !strings.HasPrefix(m.Words(), tc.says) {
				t.Errorf("it has the buttons %q: %s", buttons(m), m.Words())
			}
			if p := w.slack.Problems(); len(p) > 0 {
				t.Errorf("Slack refuses %v", p)
			}
			// It is written once.
			was := w.slack.Calls()["chat.update"]
			w.follow(w.table.happen(id, run.Ignore, none, tc.to, ""))
			if n := w.slack.Calls()["chat.update"]; n != was {
				t.Errorf("updated %d times more", n-was)
			}
		})
	}
}
