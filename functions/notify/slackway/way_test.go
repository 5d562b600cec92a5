package slackway_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/notify/slackway"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

var start = time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)

const (
	ada, grace = "ada@example.com", "grace@example.com"
	id         = "01JD0000000000000000000000"
	other      = "01JD0000000000000000000001"
	link       = "https://access.example.com/console/requests/" + id
)

// world is a workspace, a table and the way between both.
type world struct {
	*slackway.Way
	t     *testing.T
	slack *fakeslack.Slack
	table *table
	mu    sync.Mutex
	now   time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, table: newTable(), now: start}
	clock := func() time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.now
	}
	s, err := fakeslack.Start(fakeslack.Options{
		Now: clock,
		Users: []fakeslack.User{
			{ID: "U0ADA", Email: ada}, {ID: "U0GRACE", Email: grace}, {ID: "U0GONE", Email: "gone@example.com", Deleted: true},
			{ID: "U0BOT", Email: "bot@example.com", Bot: true}, {ID: "U0GUEST", Email: "guest@example.com", Restricted: true},
			{ID: "U0UN", Email: "un@example.com", Unconfirmed: true}, {ID: "U0NEW", Email: "new@example.com", Invited: true},
		},
		Channels: []fakeslack.Channel{{ID: "C0OPS", Name: "ops"}, {ID: "C0OLD", Name: "old", Archived: true}, {ID: "C0AWAY", Name: "away", WithoutUs: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	w.slack = s
	w.Way = slackway.New(slackway.Options{
		Store: w.table, Token: func(context.Context) (string, error) { return fakeslack.BotToken, nil }, Teams: []string{"E0OTHER", s.TeamID()},
		APIURL: s.APIURL(), Now: clock, Log: slog.New(slog.DiscardHandler),
	})
	w.file(id)
	return w
}

// file stores a request of ada's that waits for people.
func (w *world) file(id string) {
	w.table.runs[id] = &run.Run{
		ID: id, Status: run.Pending, Version: 1, Flow: run.Flow{Name: "aws-access"}, Requester: run.Person{ID: ada, Email: ada}, DurationSeconds: 3600, Reason: "disk full",
		Review:  &run.Review{ReviewRule: run.ReviewRule{Approvers: []string{"group:sre"}}, ExpiresAt: start.Add(time.Hour)},
		History: []run.Entry{{Seq: 1, Event: run.Request, Status: run.Requested}, {Seq: 2, Event: run.Forward, Status: run.Pending, To: []string{"slack:#ops"}}},
	}
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// notice is that of an event, about the request as it is.
func (w *world) notice(kind deliver.Kind, e api.Event) deliver.Notice {
	r, _ := w.table.Load(context.Background(), e.Request.ID)
	return deliver.Notice{Kind: kind, Event: e, Request: r.View(), Run: r, Link: link}
}

func (w *world) asked(id string) deliver.Notice {
	r, _ := w.table.Load(context.Background(), id)
	n := w.notice(deliver.Ask, api.Event{ID: id + "-2", Entry: r.History[1], Request: r.View()})
	n.Why = "you are in sre"
	return n
}

func (w *world) send(n deliver.Notice, a deliver.Addressee) {
	w.t.Helper()
	if err := w.Send(w.t.Context(), n, a); err != nil {
		w.t.Fatalf("send to %s: %v", a.Person+a.Channel, err)
	}
}

func (w *world) follow(e api.Event) {
	w.t.Helper()
	if err := w.Follow(w.t.Context(), w.notice(deliver.Progress, e)); err != nil {
		w.t.Fatalf("follow %s: %v", e.Entry.Event, err)
	}
}

var (
	ops  = deliver.Addressee{To: "slack:#ops", Channel: "#ops"}
	toG  = deliver.Addressee{To: "group:sre", Person: grace}
	toA  = deliver.Addressee{To: ada, Person: ada}
	byG  = run.Actor{Type: run.UserActor, ID: grace, Email: grace}
	root = run.Actor{Type: run.UserActor, ID: "root@example.com", Email: "root@example.com"}
	none = run.Actor{Type: run.EngineActor}
)

// buttons are the labels of a message's buttons, without that which opens the request.
func buttons(m fakeslack.Message) string {
	var all []string
	for _, b := range m.Buttons() {
		if b.ActionID != "open" {
			all = append(all, b.ActionID)
		}
	}
	return strings.Join(all, " ")
}

// only returns the one message of a channel.
func (w *world) only(channel string) fakeslack.Message {
	w.t.Helper()
	var top []fakeslack.Message
	for _, m := range w.slack.Messages(channel) {
		if m.Thread == "" {
			top = append(top, m)
		}
	}
	if len(top) != 1 {
		w.t.Fatalf("%d messages in %s, want 1", len(top), channel)
	}
	return top[0]
}

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

// A person without a Slack user of their own gets nothing, and the delivery says why.
func TestReaches(t *testing.T) {
	w := newWorld(t)
	for person, want := range map[string]string{
		grace: "", "gone@example.com": "no active user", "nobody@example.com": "no active user", "bot@example.com": "bot",
		"guest@example.com": "guest", "new@example.com": "guest", "un@example.com": "not confirmed",
	} {
		for range 2 {
			got, err := w.Reaches(t.Context(), deliver.Addressee{To: person, Person: person})
			if err != nil || (got == "") != (want == "") || !strings.Contains(got, want) {
				t.Errorf("%s: got %q, %v; want %q", person, got, err, want)
			}
		}
	}
	if got := w.slack.Calls()["users.lookupByEmail"]; got != 7 {
		t.Errorf("%d calls for 7 people, each asked for twice", got)
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
