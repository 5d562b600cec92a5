package slackway_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/slack-go/slack"

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
}
