package slackway_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/notify/slackway"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/run"
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
		Now: clock, Enterprise: "E0OTHER",
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
