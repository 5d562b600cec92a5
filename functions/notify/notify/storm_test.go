package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/notify/notify"
	"github.com/fasttrack-dev/fasttrack/functions/notify/slackway"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// storm is a workspace that fails at random, and the function before it.
type storm struct {
	t      *testing.T
	table  *store.Store
	slack  *fakeslack.Slack
	wire   *wire
	h      *notify.Handler
	by     *chance
	today  *run.Today
	late   bool // some answers of Slack come too late
	mu     sync.Mutex
	failed []api.Event
}

// handle has the function handle an event, and keeps it for a retry if it fails.
func (s *storm) handle(e api.Event) {
	raw, err := json.Marshal(e)
	if err != nil {
		s.t.Error(err)
	}
	if _, err := s.h.Handle(context.Background(), api.BusEvent{DetailType: e.Type, Detail: raw}); err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.failed = append(s.failed, e)
	}
}

// retry has the function handle the events that failed once more, some time later.
func (s *storm) retry(later time.Duration) {
	time.Sleep(later)
	failed := s.failed
	s.failed = nil
	s.sideBySide(len(failed), func(i int) { s.handle(failed[i]) })
}

// sideBySide calls f for 0 to n-1, many at a time.
func (s *storm) sideBySide(n int, f func(i int)) {
	var group sync.WaitGroup
	free := make(chan struct{}, 50)
	for i := range n {
		free <- struct{}{}
		group.Go(func() { f(i); <-free })
	}
	group.Wait()
}

// change appends an entry to a run, if nobody changed it meanwhile.
func (s *storm) change(id string, name run.EventName, by string, status run.Status) (api.Event, bool) {
	r, err := s.table.Load(context.Background(), id)
	if err != nil || r.Decision != nil {
		return api.Event{}, false
	}
	e := run.Entry{Seq: len(r.History) + 1, Event: name, Actor: run.Actor{Type: run.UserActor, ID: by, Email: by}, Status: status, At: time.Now()}
	r.Status = status
	if name == run.Forward {
		r.Review = &run.Review{ReviewRule: r.Flow.Review, Notified: 1, ExpiresAt: time.Now().Add(time.Hour)}
		e.To = r.Review.Notify[0].To
	} else {
		r.Decision = &run.Decision{Event: name, By: e.Actor, At: e.At}
	}
	r.History = append(r.History, e)
	if err := s.table.Save(context.Background(), r); err != nil {
		if !errors.Is(err, store.ErrConflict) {
			s.t.Error(err)
		}
		return api.Event{}, false
	}
	return deliver.EventOf(r, e), true
}

// live files a request that two people decide at once, and has the function handle each
// event twice.
func (s *storm) live(n int) (id string) {
	const ada = "ada@example.com"
	r, err := run.New(run.Draft{ID: run.NewID(time.Now()), Requester: run.Person{ID: ada, Email: ada}, Channel: run.ViaSlack, Flow: run.Flow{
		Name: "aws-access", Hooks: "h", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"},
		Review: run.ReviewRule{
			Approvers: []string{"group:sre"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600,
			Notify: []run.Notify{{To: []string{"group:sre", fmt.Sprintf("slack:#c%d", n%50)}, WaitSeconds: 60}, {To: []string{"admins"}}},
		},
	}}, time.Now())
	if err != nil {
		s.t.Error(err)
		return ""
	}
	if err := s.table.Create(context.Background(), r, nil); err != nil {
		s.t.Error(err)
		return ""
	}
	forward, _ := s.change(r.ID, run.Forward, "engine", run.Pending)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() { s.handle(forward) })
	}
	decided := atomic.Int32{}
	for _, by := range []string{"grace@example.com", "linus@example.com"} {
		group.Go(func() {
			time.Sleep(s.by.between(0, 3*time.Second))
			for range 2 {
				e, won := s.change(r.ID, run.Approve, by, run.Approved)
				if won {
					decided.Add(1)
					s.handle(e)
					s.handle(e)
				}
			}
		})
	}
	group.Wait()
	if decided.Load() != 1 {
		s.t.Errorf("%s was decided %d times", r.ID, decided.Load())
	}
	return r.ID
}

// TestStorm has Slack respond with 429 and 500 at random, to each method, while requests
// are made and decided, and the calls of both come in any order. Every message is
// delivered, or recorded as failed with its event kept; once Slack is well, a replay sends
// the rest, and no copy keeps its buttons. Under even seeds some answers of Slack come too
// late as well: such a post may appear twice, and the one that nobody knows of is rewritten
// by its first click.
//
// FASTTRACK_STORM is the number of requests, FASTTRACK_STORM_SEED the first of two seeds.
func TestStorm(t *testing.T) {
	requests, seeds := number(t, "FASTTRACK_STORM", 0), 2
	if requests == 0 {
		requests, seeds = 4, 8
	}
	first := number(t, "FASTTRACK_STORM_SEED", 1)
	for seed := first; seed < first+seeds; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				newStorm(t, newChance(uint64(seed)), seed%2 == 0).play(requests)
			})
		})
	}
}

// number returns a number of the environment, or another if it is not set.
func number(t *testing.T, name string, other int) int {
	value, is := os.LookupEnv(name)
	if !is {
		return other
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		t.Fatalf("%s must be a number above 0, got %q", name, value)
	}
	return n
}

// newStorm returns a storm in which one of 50 answers of Slack takes up to 40 seconds, if
// some are late.
func newStorm(t *testing.T, by *chance, late bool) *storm {
	var channels []fakeslack.Channel
	for i := range 50 {
		channels = append(channels, fakeslack.Channel{ID: fmt.Sprintf("C0%d", 100+i), Name: fmt.Sprintf("c%d", i)})
	}
	s := &storm{t: t, by: by, late: late}
	served := newWire(t, app{s}, func(string) time.Duration { return 0 })
	s.slack = fakeslack.New(fakeslack.Options{Channels: channels, Client: &http.Client{Transport: served}, Users: []fakeslack.User{
		{ID: "U0ADA", Email: "ada@example.com"}, {ID: "U0GRACE", Email: "grace@example.com"}, {ID: "U0LINUS", Email: "linus@example.com"}, {ID: "U0ROOT", Email: "root@example.com"},
	}})
	s.slack.SetBase("http://slack.test")
	s.slack.SetApp("http://app.test")
	s.table = openStore(t, func(string) time.Duration { return by.between(time.Millisecond, 30*time.Millisecond) })
	s.wire = newWire(t, s.slack, func(string) time.Duration {
		if s.late && by.below(50) == 0 {
			return by.between(time.Second, 40*time.Second)
		}
		return by.between(20*time.Millisecond, 600*time.Millisecond)
	})
	s.today = &run.Today{
		Flows:  map[string]run.TodayFlow{"aws-access": {Admins: []string{"root@example.com"}}},
		Groups: map[string]run.TodayGroup{"sre": {Members: []string{"ada@example.com", "grace@example.com", "linus@example.com"}}},
	}
	way := slackway.New(slackway.Options{
		Store: s.table, Token: func(context.Context) (string, error) { return fakeslack.BotToken, nil }, Teams: []string{s.slack.TeamID()},
		APIURL: s.slack.APIURL(), Transport: s.wire, Today: func() *run.Today { return s.today }, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	s.h = notify.New(notify.Deps{
		Store: s.table, Ways: []deliver.Way{way}, Directory: func() deliver.Directory { return deliver.Directory{Today: s.today} },
		Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	return s
}

// A post whose answer takes 15 seconds is waited for: given up, it would appear twice, and
// nobody would know of the first.
func TestALatePostIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStorm(t, newChance(1), false)
		s.wire.delay = func(path string) time.Duration {
			if strings.HasSuffix(path, "/chat.postMessage") {
				return 15 * time.Second
			}
			return time.Second
		}
		id := s.live(0)
		s.retry(61 * time.Second) // one of two calls found the other at work
		if len(s.failed) > 0 || s.wire.givenUp.Load() > 0 {
			t.Errorf("%d events failed, %d posts were given up", len(s.failed), s.wire.givenUp.Load())
		}
		s.noButtons([]string{id})
	})
}

// A post whose answer takes longer than it is waited for leaves a copy that nobody knows of,
// which keeps its buttons. A click on them decides nothing, and rewrites it.
func TestACopyThatNobodyKnows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStorm(t, newChance(1), false)
		posts := atomic.Int32{}
		s.wire.delay = func(path string) time.Duration {
			if strings.HasSuffix(path, "/chat.postMessage") && posts.Add(1) <= 3 { // the cards of the first call
				return 45 * time.Second
			}
			return 10 * time.Millisecond
		}
		id := s.live(0)
		s.retry(61 * time.Second)
		s.retry(2 * time.Minute)
		if unknown := s.noButtons([]string{id}); len(s.failed) > 0 || unknown != 3 {
			t.Errorf("%d events failed, %d copies were unknown, want 3", len(s.failed), unknown)
		}
	})
}

// play lives so many requests in the storm, has Slack become well, and replays what failed.
func (s *storm) play(requests int) {
	var faults atomic.Int32
	s.slack.BreakEach(func(string) fakeslack.Fault {
		switch s.by.below(10) {
		case 0:
			faults.Add(1)
			return fakeslack.Fault{Status: http.StatusTooManyRequests}
		case 1:
			faults.Add(1)
			return fakeslack.Fault{Status: http.StatusInternalServerError}
		}
		return fakeslack.Fault{}
	})
	ids := make([]string, requests)
	s.sideBySide(requests, func(i int) { ids[i] = s.live(i) })
	s.retry(61 * time.Second) // as Lambda does
	s.retry(2 * time.Minute)
	s.slack.ClearFaults()
	s.late = false

	kept := map[string]bool{}
	for _, e := range s.failed {
		kept[e.Request.ID] = true
	}
	sent, failed := s.count(ids, kept)
	s.t.Logf("%d requests, %d faults of Slack, %d posts given up: %d messages sent, %d recorded as failed, %d events kept", requests, faults.Load(), s.wire.givenUp.Load(), sent, failed, len(s.failed))

	s.retry(time.Hour) // by an operator
	s.retry(time.Hour) // what both copies of an event had in hand at once
	if _, failed := s.count(ids, nil); failed > 0 || len(s.failed) > 0 {
		s.t.Errorf("after a replay %d are left, %d events are kept", failed, len(s.failed))
	}
	s.noButtons(ids)
}

// noButtons fails the test if a copy has buttons to decide, besides those that nobody
// knows of since their posts were given up. It returns how many these are: the first click
// on each rewrites it, and decides nothing.
func (s *storm) noButtons(ids []string) (unknown int) {
	s.wire.onTheWay.Wait()
	known := map[string]bool{}
	for _, id := range ids {
		copies, err := s.table.SlackCopies(context.Background(), id)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, c := range copies {
			known[c.Channel+c.TS] = true
		}
	}
	messages := s.slack.Messages("")
	for _, m := range messages {
		if !hasButtons(m) {
			continue
		}
		if known[m.Channel+m.TS] {
			s.t.Errorf("a copy of what is decided keeps its buttons:\n%s", m.Words())
		}
		unknown++
	}
	if unknown > int(s.wire.givenUp.Load()) || len(messages) < len(ids) {
		s.t.Errorf("%d of %d copies are unknown and have buttons, where %d posts were given up", unknown, len(messages), s.wire.givenUp.Load())
	}
	if clicked := s.clickOnce(); clicked != unknown || s.clickOnce() > 0 {
		s.t.Errorf("%d copies of %d have buttons to click", clicked, unknown)
	}
	return unknown
}

// count counts the messages about requests, and those that failed. One may have failed
// only if its event is kept. Asks that nobody needs any more stay failed.
func (s *storm) count(ids []string, kept map[string]bool) (sent, failed int) {
	for _, id := range ids {
		all, err := s.table.AllDeliveries(context.Background(), id)
		if err != nil {
			s.t.Error(err)
		}
		notified := false
		for _, d := range all {
			switch {
			case d.State == api.DeliverySent:
				sent++
				notified = notified || d.Person == "ada@example.com"
			case kept == nil && d.Seq == 2: // it is decided
			case d.State == api.DeliveryFailed && (kept[id] || d.Seq == 2) && d.Why != "":
				failed++
			default:
				failed++
				s.t.Errorf("left open: %s %+v", id, d)
			}
		}
		if !notified && !kept[id] {
			s.t.Errorf("%s: the requester was not notified: %s", id, strings.TrimSpace(fmt.Sprintf("%+v", all)))
		}
	}
	return sent, failed
}
