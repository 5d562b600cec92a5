package deliver_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/deliver/delivertest"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

var start = time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)

// way is a [deliver.Way] that keeps what it sent.
type way struct {
	name string
	mu   sync.Mutex
	sent []string
	// fails returns what becomes of a message; nil sends all.
	fails func(n deliver.Notice, a deliver.Addressee) error
	// unreached are whom it has no address for, and why.
	unreached map[string]string
}

func (w *way) Name() string { return w.name }

func (w *way) Reaches(_ context.Context, a deliver.Addressee) (string, error) {
	return w.unreached[a.Person+a.Channel], nil
}

func (w *way) Send(_ context.Context, n deliver.Notice, a deliver.Addressee) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fails != nil {
		if err := w.fails(n, a); err != nil {
			return err
		}
	}
	w.sent = append(w.sent, fmt.Sprintf("%s %s %s", n.Kind, n.Event.Entry.Event, a.Person+a.Channel))
	return nil
}

// got returns what was sent since the last call, sorted.
func (w *way) got() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer func() { w.sent = nil }()
	slices.Sort(w.sent)
	return w.sent
}

// follower is a way that rewrites its own messages.
type follower struct {
	*way
	followed []string
}

func (f *follower) Follow(_ context.Context, n deliver.Notice) error {
	f.followed = append(f.followed, fmt.Sprintf("%s %s %s", n.Kind, n.Event.Entry.Event, n.Request.Status))
	return nil
}

const (
	ada, grace, linus, root = "ada@example.com", "grace@example.com", "linus@example.com", "root@example.com"
)

// request returns a run of ada's that was routed to people, with these notify entries.
func request(notify ...[]string) *run.Run {
	r := &run.Run{
		ID: "01JD0000000000000000000000", Status: run.Pending, CreatedAt: start,
		Flow:      run.Flow{Name: "aws-access", Admins: []string{root}},
		Requester: run.Person{ID: ada, Email: ada},
		Review:    &run.Review{ReviewRule: run.ReviewRule{Approvers: []string{"group:sre"}}},
	}
	for _, to := range notify {
		r.Review.Notify = append(r.Review.Notify, run.Notify{To: to, WaitSeconds: 60})
	}
	happen(r, run.Request, run.Actor{Type: run.UserActor, ID: ada, Email: ada}, run.Pending)
	return r
}

// happen appends an entry and returns its event.
func happen(r *run.Run, name run.EventName, by run.Actor, status run.Status) api.Event {
	e := run.Entry{Seq: len(r.History) + 1, Event: name, Actor: by, Status: status, At: start.Add(time.Duration(len(r.History)) * time.Second)}
	if name == run.Forward {
		e.To = r.Review.Notify[r.Review.Notified].To
		r.Review.Notified++
	}
	r.Status = status
	if name == run.Approve || name == run.Deny {
		r.Decision = &run.Decision{Event: name, By: by, At: e.At}
	}
	r.History = append(r.History, e)
	return deliver.EventOf(r, e)
}

var theEngine = run.Actor{Type: run.EngineActor}

func person(address string) run.Actor {
	return run.Actor{Type: run.UserActor, ID: address, Email: address}
}

func today() *run.Today {
	return &run.Today{
		Flows:  map[string]run.TodayFlow{"aws-access": {Admins: []string{root}}},
		Groups: map[string]run.TodayGroup{"sre": {Members: []string{"Ada@example.com", grace, linus}}, "empty": {Members: []string{ada}}},
		People: map[string]string{},
	}
}

// routed is a router over a table with one run, which is stored as it is at each event.
type routed struct {
	*deliver.Router
	table *delivertest.Table
	run   *run.Run
	now   time.Time
}

func routeTo(r *run.Run, ways ...deliver.Way) *routed {
	s := &routed{table: &delivertest.Table{}, run: r, now: start}
	s.table.Put(r)
	s.Router = &deliver.Router{
		Store: s.table, Ways: ways, Log: slog.New(slog.DiscardHandler),
		Directory: func() deliver.Directory {
			return deliver.Directory{Today: today(), Channels: map[string]string{"security": "#security"}}
		},
		Page: func(id string) string { return "https://fasttrack.example.com/console/requests/" + id },
		Now:  func() time.Time { return s.now },
	}
	return s
}

// became returns what became of all messages, one line each.
func (s *routed) became() []string {
	var all []string
	deliveries, err := s.table.AllDeliveries(context.Background(), s.run.ID)
	if err != nil {
		return []string{err.Error()}
	}
	for _, it := range deliveries {
		line := fmt.Sprintf("%d %s %s", it.Seq, it.By, it.To)
		if it.Person != "" && it.Person != it.To {
			line += " " + it.Person
		}
		line += " " + it.State
		if it.Why != "" {
			line += ": " + it.Why
		}
		all = append(all, strings.TrimSpace(line))
	}
	slices.Sort(all)
	return all
}
