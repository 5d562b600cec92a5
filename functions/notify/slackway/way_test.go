package slackway_test

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A request's messages from the first card to the end of access.
func TestALife(t *testing.T) {
	w := newWorld(t)
	n := w.asked(id)
	w.send(n, ops)
	w.send(n, toG)
	if err := w.Follow(t.Context(), n); err != nil || w.slack.Calls()["chat.update"] > 0 {
		t.Errorf("got %v and %d updates of new cards", err, w.slack.Calls()["chat.update"])
	}
	for _, channel := range []string{"C0OPS", fakeslack.DM("U0GRACE")} {
		m := w.only(channel)
		if got := buttons(m); got != "approve deny shorten" {
			t.Errorf("%s: got buttons %q", channel, got)
		}
		for _, want := range []string{"Waits for a decision: aws-access for ada@example.com", "disk full", "expires 29 Nov 11:00 UTC", "you are in sre"} {
			if !strings.Contains(m.Words(), want) {
				t.Errorf("%s: no %q in:\n%s", channel, want, m.Words())
			}
		}
	}

	approved := w.table.happen(id, run.Approve, byG, run.Approved, "go ahead")
	w.send(w.notice(deliver.Outcome, approved), toA)
	w.follow(approved)
	escalated := w.table.happen(id, run.Escalate, none, run.Active, "")
	w.send(w.notice(deliver.Outcome, escalated), toA)
	w.follow(escalated)
	w.follow(escalated) // which the bus may repeat
	for _, channel := range []string{"C0OPS", fakeslack.DM("U0GRACE")} {
		m := w.only(channel)
		if got := buttons(m); got != "revoke" || !strings.Contains(m.Words(), "Approved by grace@example.com") || !strings.Contains(m.Words(), "Access until 29 Nov 11:00 UTC.") {
			t.Errorf("%s: got buttons %q of\n%s", channel, got, m.Words())
		}
	}
	thread := func() (lines []string) {
		for _, m := range w.slack.Thread("C0OPS", w.only("C0OPS").TS) {
			lines = append(lines, m.Words())
		}
		return lines
	}
	if got := thread(); len(got) != 1 || got[0] != "Access is granted until 29 Nov 11:00 UTC." {
		t.Errorf("got thread %q", got)
	}
	mine := w.slack.Messages(fakeslack.DM("U0ADA"))
	if len(mine) != 2 || !strings.Contains(mine[0].Words(), "Approved by grace@example.com") || buttons(mine[1]) != "return" {
		t.Fatalf("got %v", mine)
	}
	scheduled := w.slack.Scheduled()
	if len(scheduled) != 1 || scheduled[0].Channel != fakeslack.DM("U0ADA") || !scheduled[0].At.Equal(start.Add(50*time.Minute)) || !strings.Contains(scheduled[0].Text, "Access ends in 10m") {
		t.Fatalf("got %+v", scheduled)
	}

	revoked := w.table.happen(id, run.Revoke, root, run.Revoked, "incident is over")
	w.send(w.notice(deliver.Outcome, revoked), toA)
	w.follow(revoked)
	if got := w.slack.Scheduled(); len(got) > 0 {
		t.Errorf("still scheduled: %+v", got)
	}
	if m := w.only("C0OPS"); buttons(m) != "" || !strings.Contains(m.Words(), "Revoked by root@example.com") {
		t.Errorf("got buttons %q of\n%s", buttons(m), m.Words())
	}
	if got := thread(); len(got) != 2 || !strings.Contains(got[1], "Revoked by root@example.com.\nincident is over") {
		t.Errorf("got thread %q", got)
	}
	mine = w.slack.Messages(fakeslack.DM("U0ADA"))
	if len(mine) != 3 || buttons(mine[1]) != "" {
		t.Errorf("got %v", mine)
	}
	if got := w.slack.Thread(fakeslack.DM("U0GRACE"), w.only(fakeslack.DM("U0GRACE")).TS); len(got) > 0 {
		t.Errorf("a thread in direct messages: %v", got)
	}
	if got := w.slack.Problems(); len(got) > 0 {
		t.Error(got)
	}
}

// Whoever decides while a card is on its way sees no card with a button that is too late,
// however slow each call of Slack is.
func TestNoCardKeepsButtonsAfterTheDecision(t *testing.T) {
	w := newWorld(t)
	w.slack.BreakEach(func(string) fakeslack.Fault {
		return fakeslack.Fault{Delay: time.Duration(rand.IntN(8)) * time.Millisecond} // #nosec G404 -- a delay
	})
	ids := make([]string, 40)
	for i := range ids {
		ids[i] = id[:24] + string(rune('A'+i/20)) + string(rune('A'+i%20))
		w.file(ids[i])
	}
	var all sync.WaitGroup
	for i, id := range ids {
		n := w.asked(id)
		all.Go(func() { w.send(n, ops) })
		all.Go(func() { w.send(n, toG) })
		all.Go(func() {
			time.Sleep(time.Duration(i) * time.Millisecond)
			approved := w.table.happen(id, run.Approve, byG, run.Approved, "")
			var both sync.WaitGroup
			both.Go(func() { w.follow(approved) })
			time.Sleep(time.Duration(rand.IntN(4)) * time.Millisecond) // #nosec G404 -- a delay
			denied := w.table.happen(id, run.Escalate, none, run.Active, "")
			both.Go(func() { w.follow(denied) })
			time.Sleep(time.Duration(rand.IntN(4)) * time.Millisecond) // #nosec G404 -- a delay
			ended := w.table.happen(id, run.Deescalate, none, run.Ended, "")
			both.Go(func() { w.follow(ended) })
			both.Wait()
		})
	}
	all.Wait()
	cards := 0
	for _, m := range w.slack.Messages("") {
		if m.Thread == "" && (m.Channel == "C0OPS" || m.Channel == fakeslack.DM("U0GRACE")) {
			cards++
			if got := buttons(m); got != "" {
				t.Errorf("buttons %q on a card of what has ended:\n%s", got, m.Words())
			}
		}
	}
	if cards != 2*len(ids) {
		t.Errorf("%d cards, want %d", cards, 2*len(ids))
	}
	if got := w.slack.Scheduled(); len(got) > 0 {
		t.Errorf("%d reminders of access that has ended", len(got))
	}
}
