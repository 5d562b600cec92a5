package slackway_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// openForm has ada open a form, and returns its id.
func (w *world) openForm() string {
	w.t.Helper()
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		client := slack.New(fakeslack.BotToken, slack.OptionAPIURL(w.slack.APIURL()))
		if _, err := client.OpenViewContext(r.Context(), r.FormValue("trigger_id"), *slackui.Notice("Requested", "Rules are deciding.")); err != nil {
			w.t.Error(err)
		}
	}))
	w.t.Cleanup(app.Close)
	w.slack.SetApp(app.URL)
	w.slack.Command("U0ADA", "C0OPS", "")
	v, is := w.slack.OpenView("U0ADA")
	if !is {
		w.t.Fatal("no form is open")
	}
	if err := w.table.SaveSlackCopy(w.t.Context(), id, store.SlackCopy{Kind: store.SlackView, Key: v.ID, User: "U0ADA"}, start); err != nil {
		w.t.Fatal(err)
	}
	return v.ID
}

// An open form shows how the request stands, and is left alone once it is closed.
func TestTheOpenFormShowsTheOutcome(t *testing.T) {
	w := newWorld(t)
	form := w.openForm()
	shows := func(want string) {
		t.Helper()
		if v, _ := w.slack.View(form); !strings.Contains(v.Title()+"\n"+v.Words(), want) {
			t.Errorf("no %q in %s:\n%s", want, v.Title(), v.Words())
		}
	}
	w.follow(w.asked(id).Event)
	shows("Waiting\nWaits for a decision: aws-access\nWaits for group:sre.")
	w.follow(w.table.happen(id, run.Approve, byG, run.Approved, "go ahead"))
	shows("Approved\nApproved by grace@example.com: aws-access")
	w.slack.CloseView("U0ADA", form)
	before := w.slack.Calls()["views.update"]
	w.follow(w.table.happen(id, run.Escalate, none, run.Active, ""))
	w.follow(w.table.happen(id, run.Deescalate, none, run.Ended, ""))
	if got := w.slack.Calls()["views.update"] - before; got != 1 {
		t.Errorf("%d calls for a form that is closed, want 1", got)
	}
}

// The modal of a click shows what comes of it: the engine stored the action, and took longer
// than Slack waits.
func TestTheModalOfAnActionShowsTheOutcome(t *testing.T) {
	w := newWorld(t)
	w.table.happen(id, run.Approve, byG, run.Approved, "")
	w.table.happen(id, run.Escalate, none, run.Active, "")
	modal := w.openForm()
	if err := w.table.SaveSlackCopy(t.Context(), id, store.SlackCopy{Kind: store.SlackView, Key: modal, User: "U0ADA", Action: string(run.Revoke)}, start); err != nil {
		t.Fatal(err)
	}
	active, _ := w.table.Load(t.Context(), id)
	for _, step := range []struct {
		event run.EventName
		to    run.Status
		shows string
	}{{run.Ignore, run.Active, "Stored\nAccess is being removed."}, {run.Revoke, run.Revoked, "Revoked\nRevoked by ada@example.com"}} {
		w.follow(w.table.happen(id, step.event, run.Actor{Type: run.UserActor, ID: ada, Email: ada}, step.to, ""))
		if v, _ := w.slack.View(modal); !strings.HasPrefix(v.Title()+"\n"+v.Words(), step.shows) {
			t.Errorf("after %s of %s the modal shows %s: %s", step.event, active.ID, v.Title(), v.Words())
		}
	}
}

// A card whose post had its answer lost is known once it was clicked, and updated from then
// on; its channel gets no second thread. One that was known is updated once.
func TestAClickedCard(t *testing.T) {
	for name, lost := range map[string]bool{"of a lost answer": true, "that was known": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			n := w.asked(id)
			w.send(n, ops)
			card := w.only("C0OPS")
			if lost {
				w.table.copies = map[string]map[string]copied{}
			}
			w.follow(w.table.happen(id, run.Ignore, none, run.Pending, ""))
			clicked := store.SlackCopy{Kind: store.SlackCard, Key: "click#" + card.Channel + "#" + card.TS, Channel: card.Channel, TS: card.TS, Clicked: true}
			if err := w.table.SaveSlackCopy(t.Context(), id, clicked, start); err != nil {
				t.Fatal(err)
			}
			before := w.slack.Calls()["chat.update"]
			w.follow(w.table.happen(id, run.Approve, byG, run.Approved, ""))
			if got := w.slack.Calls()["chat.update"] - before; got != 1 {
				t.Errorf("the card was updated %d times, want once", got)
			}
			w.follow(w.table.happen(id, run.Escalate, none, run.Active, ""))
			w.follow(w.table.happen(id, run.Revoke, root, run.Revoked, ""))
			now := w.only("C0OPS")
			if buttons(now) != "" || !strings.Contains(now.Words(), "Revoked by root@example.com") {
				t.Errorf("the card has the buttons %q: %s", buttons(now), now.Words())
			}
			if got, want := len(w.slack.Thread(card.Channel, card.TS)), map[bool]int{true: 0, false: 2}[lost]; got != want {
				t.Errorf("%d lines in the thread, want %d", got, want)
			}
		})
	}
}

// A message that somebody deleted, or whose channel was archived, fails no event, and
// Slack is not called for it again.
func TestDeletedMessage(t *testing.T) {
	w := newWorld(t)
	w.send(w.asked(id), ops)
	w.slack.DeleteMessage("C0OPS", w.only("C0OPS").TS)
	w.follow(w.table.happen(id, run.Approve, byG, run.Approved, ""))
	w.follow(w.table.happen(id, run.Escalate, none, run.Active, ""))
	if got := w.slack.Calls()["chat.update"]; got != 1 {
		t.Errorf("%d updates of a deleted message, want 1", got)
	}
}

// The App Homes of the requester and of approvers follow each event; those of others, and
// a failure to show them, concern no event.
func TestAppHomesAreShownAgain(t *testing.T) {
	w := newWorld(t)
	var shown []string
	w.ShowHomes = func(_ context.Context, homes []store.SlackHome) error {
		for _, h := range homes {
			shown = append(shown, h.User)
		}
		return errors.New("functions/slack is away")
	}
	w.Today = func() *run.Today {
		return &run.Today{Groups: map[string]run.TodayGroup{"sre": {Members: []string{grace}}}}
	}
	w.table.homes = []store.SlackHome{{User: "U0ADA", Email: ada}, {User: "U0GRACE", Email: grace}, {User: "U0EVE", Email: "eve@example.com"}}
	w.follow(w.table.happen(id, run.Deny, byG, run.Denied, ""))
	if got := strings.Join(shown, " "); got != "U0ADA U0GRACE" {
		t.Errorf("got %q", got)
	}
	// An emergency has no review of approvers, and is reviewed by those of its flow.
	shown, w.Today = nil, func() *run.Today {
		return &run.Today{Flows: map[string]run.TodayFlow{"aws-access": {Admins: []string{"eve@example.com"}}}, Groups: map[string]run.TodayGroup{"sre": {Members: []string{grace}}}}
	}
	r := w.table.runs[id]
	r.Review, r.BreakGlass, r.Flow.Review.Approvers = nil, &run.BreakGlass{}, []string{"group:sre"}
	w.follow(w.table.happen(id, run.Deescalate, none, run.Ended, ""))
	if got := strings.Join(shown, " "); got != "U0ADA U0GRACE U0EVE" {
		t.Errorf("of an emergency it got %q", got)
	}
}

// That a look at the access failed stands in the thread of each channel's card, and below the
// message to the holder that it was granted, once. The card says so too.
func TestFailedLooks(t *testing.T) {
	w := newWorld(t)
	w.send(w.asked(id), ops)
	w.send(w.asked(id), toG)
	w.follow(w.table.happen(id, run.Approve, byG, run.Approved, ""))
	granted := w.table.happen(id, run.Escalate, none, run.Active, "")
	w.send(w.notice(deliver.Outcome, granted), toA)
	w.follow(granted)
	failed := w.table.happen(id, run.Ignore, run.ByHook(run.WhileActive), run.Active, "")
	failed.Entry.Error = "503"
	w.follow(failed)
	w.follow(failed)
	for place, want := range map[string]int{"C0OPS": 1, fakeslack.DM("U0ADA"): 1, fakeslack.DM("U0GRACE"): 0} {
		lines := 0
		for _, m := range w.slack.Thread(place, w.only(place).TS) {
			if strings.Contains(m.Words(), "A second look at the access failed; it goes on. 503") {
				lines++
			}
		}
		if lines != want {
			t.Errorf("%d lines in %s, want %d", lines, place, want)
		}
	}
}
