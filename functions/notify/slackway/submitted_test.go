package slackway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/functions/notify/slackway"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// direct calls a handler without a network, so that a bubble of synctest can wait.
type direct struct{ http.Handler }

func (d direct) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	there := req.Clone(req.Context())
	there.Body = io.NopCloser(bytes.NewReader(body))
	rec := httptest.NewRecorder()
	d.ServeHTTP(rec, there)
	return rec.Result(), nil
}

// serve makes the workspace of the world, without a network, and its app.
func (w *world) serve(app http.Handler) {
	w.slack = fakeslack.New(fakeslack.Options{Users: []fakeslack.User{{ID: "U0ADA", Email: ada}, {ID: "U0GRACE", Email: grace}}, Client: &http.Client{Transport: direct{app}}})
	w.slack.SetBase("http://slack.test")
	w.slack.SetApp("http://app.test")
	w.Way = slackway.New(slackway.Options{
		Store: w.table, Token: func(context.Context) (string, error) { return fakeslack.BotToken, nil }, Teams: []string{w.slack.TeamID()},
		APIURL: w.slack.APIURL(), Transport: direct{w.slack}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
}

// A form is decided after functions/slack read its request and before Slack has the
// response, which says that it waits. However late the response is, the form shows the
// decision in the end.
func TestADecisionBeforeTheResponse(t *testing.T) {
	for _, late := range []time.Duration{0, 5 * time.Millisecond, time.Second, 2900 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			w := &world{t: t, table: newTable()}
			w.file(id)
			followed := make(chan error, 1)
			app := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				client := slack.New(fakeslack.BotToken, slack.OptionAPIURL(w.slack.APIURL()), slack.OptionHTTPClient(&http.Client{Transport: direct{w.slack}}))
				if trigger := r.FormValue("trigger_id"); trigger != "" {
					form := slackui.Notice("Request", "What for?")
					form.Submit = slack.NewTextBlockObject(slack.PlainTextType, "Request", false, false)
					if _, err := client.OpenViewContext(r.Context(), trigger, *form); err != nil {
						t.Error(err)
					}
					return
				}
				v, _ := w.slack.OpenView("U0ADA")
				if err := w.table.SaveSlackCopy(r.Context(), id, store.SlackCopy{Kind: store.SlackView, Key: v.ID, User: "U0ADA", Submitted: time.Now()}, time.Now()); err != nil {
					t.Error(err)
				}
				before, _ := w.table.Load(r.Context(), id)
				approved := w.notice(deliver.Outcome, w.table.happen(id, run.Approve, byG, run.Approved, ""))
				go func() { followed <- w.Follow(context.Background(), approved) }()
				time.Sleep(late)
				if err := json.NewEncoder(rw).Encode(slack.NewUpdateViewSubmissionResponse(slackui.Outcome(before.View(), link))); err != nil {
					t.Error(err)
				}
			})
			w.serve(app)
			w.slack.Command("U0ADA", "", "")
			form, _ := w.slack.OpenView("U0ADA")
			if ack := w.slack.Submit("U0ADA", form.ID, nil); !ack.OK() {
				t.Fatalf("submit: %d %v", ack.Status, ack.Err)
			}
			if err := <-followed; err != nil {
				t.Error(err)
			}
			if v, _ := w.slack.View(form.ID); !strings.Contains(v.Words(), "Approved by grace@example.com") {
				t.Errorf("with a response after %s the form shows %s: %s", late, v.Title(), v.Words())
			}
			if got := w.slack.Problems(); len(got) > 0 {
				t.Error(got)
			}
		})
	}
}

// Two forms of one request that were submitted at about the same time: the requester's, and
// an approver's with a reason. Slack shows the responses to both late, and each form shows
// the decision in the end.
func TestADecisionBeforeTwoResponses(t *testing.T) {
	for _, apart := range []time.Duration{-time.Second, 0, time.Millisecond, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			w := &world{t: t, table: newTable()}
			w.file(id)
			client := func() *slack.Client {
				return slack.New(fakeslack.BotToken, slack.OptionAPIURL(w.slack.APIURL()), slack.OptionHTTPClient(&http.Client{Transport: direct{w.slack}}))
			}
			w.serve(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if _, err := client().OpenViewContext(r.Context(), r.FormValue("trigger_id"), *slackui.Notice("Request", "What for?")); err != nil {
					t.Error(err)
				}
			}))
			forms := map[string]store.SlackCopy{}
			for user, later := range map[string]time.Duration{"U0ADA": 0, "U0GRACE": apart} {
				w.slack.Command(user, "", "")
				v, _ := w.slack.OpenView(user)
				forms[user] = store.SlackCopy{Kind: store.SlackView, Key: v.ID, User: user, Submitted: time.Now().Add(later)}
				if err := w.table.SaveSlackCopy(t.Context(), id, forms[user], time.Now()); err != nil {
					t.Fatal(err)
				}
			}
			before, _ := w.table.Load(t.Context(), id)
			followed := make(chan error, 1)
			approved := w.notice(deliver.Outcome, w.table.happen(id, run.Approve, byG, run.Approved, ""))
			go func() { followed <- w.Follow(context.Background(), approved) }()
			var shown sync.WaitGroup
			for user, c := range forms { // Slack shows the response after nearly three seconds
				shown.Go(func() {
					time.Sleep(time.Until(c.Submitted.Add(2900 * time.Millisecond)))
					if _, err := client().UpdateViewContext(t.Context(), *slackui.Outcome(before.View(), link), "", "", c.Key); err != nil {
						t.Errorf("the response to %s: %v", user, err)
					}
				})
			}
			shown.Wait()
			if err := <-followed; err != nil {
				t.Error(err)
			}
			for user, c := range forms {
				if v, _ := w.slack.View(c.Key); !strings.Contains(v.Words(), "Approved by grace@example.com") {
					t.Errorf("%s apart, the form of %s shows %s: %s", apart, user, v.Title(), v.Words())
				}
			}
		})
	}
}
