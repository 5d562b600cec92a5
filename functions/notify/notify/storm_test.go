package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/notify/notify"
	"github.com/fasttrack-dev/fasttrack/functions/notify/slackway"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// openStore returns a store over the local table.
func openStore(t *testing.T) *store.Store {
	t.Helper()
	stack, err := template.Load("../../../template.yaml", template.Options{Region: "us-east-1", AccountID: "123456789012", StackName: "s", FunctionVersion: func(string) (string, error) { return "1", nil }})
	if err != nil {
		t.Fatal(err)
	}
	service, err := dynamodb.Open(dynamodb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	t.Cleanup(func() { server.Close(); _ = service.Close() })
	client := sdk.New(sdk.Options{BaseEndpoint: &server.URL, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	var create sdk.CreateTableInput
	if err := json.Unmarshal(stack.Tables[0].CreateTable, &create); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateTable(t.Context(), &create); err != nil {
		t.Fatal(err)
	}
	return store.New(client, *create.TableName)
}

// storm is a workspace that fails at random, and the function before it.
type storm struct {
	t     *testing.T
	table *store.Store
	slack *fakeslack.Slack
	h     *notify.Handler
	// passed is the time that Lambda waited before retries, beside the real time.
	passed atomic.Int64
	mu     sync.Mutex
	failed []api.Event
}

func (s *storm) now() time.Time { return time.Now().Add(time.Duration(s.passed.Load())) }

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
	s.passed.Add(int64(later))
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
			time.Sleep(time.Duration(rand.N(300)) * time.Millisecond) // as people do
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
// are made and decided. Every message is delivered, or recorded as failed with its event
// kept; once Slack is well, a replay sends the rest, and no copy keeps its buttons.
// FASTTRACK_STORM is the number of requests.
func TestStorm(t *testing.T) {
	requests := 4 // in make test: each 429 costs a second
	if n, err := strconv.Atoi(os.Getenv("FASTTRACK_STORM")); err == nil {
		requests = n
	}
	var channels []fakeslack.Channel
	for i := range 50 {
		channels = append(channels, fakeslack.Channel{ID: fmt.Sprintf("C0%d", 100+i), Name: fmt.Sprintf("c%d", i)})
	}
	slack, err := fakeslack.Start(fakeslack.Options{Channels: channels, Users: []fakeslack.User{
		{ID: "U0ADA", Email: "ada@example.com"}, {ID: "U0GRACE", Email: "grace@example.com"}, {ID: "U0LINUS", Email: "linus@example.com"}, {ID: "U0ROOT", Email: "root@example.com"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(slack.Close)
	s := &storm{t: t, table: openStore(t), slack: slack}
	today := &run.Today{
		Flows:  map[string]run.TodayFlow{"aws-access": {Admins: []string{"root@example.com"}}},
		Groups: map[string]run.TodayGroup{"sre": {Members: []string{"ada@example.com", "grace@example.com", "linus@example.com"}}},
	}
	way := slackway.New(slackway.Options{
		Store: s.table, Token: func(context.Context) (string, error) { return fakeslack.BotToken, nil }, Teams: []string{slack.TeamID()}, APIURL: slack.APIURL(),
		Today: func() *run.Today { return today }, Now: s.now, Log: slog.New(slog.DiscardHandler),
	})
	s.h = notify.New(notify.Deps{
		Store: s.table, Ways: []deliver.Way{way}, Directory: func() deliver.Directory { return deliver.Directory{Today: today} },
		Now: s.now, Log: slog.New(slog.DiscardHandler),
	})
	var faults atomic.Int32
	slack.BreakEach(func(string) fakeslack.Fault {
		switch rand.N(10) {
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
	slack.ClearFaults()

	kept := map[string]bool{}
	for _, e := range s.failed {
		kept[e.Request.ID] = true
	}
	sent, failed := s.count(ids, kept)
	t.Logf("%d requests, %d faults of Slack: %d messages sent, %d recorded as failed, %d events kept", requests, faults.Load(), sent, failed, len(s.failed))

	s.retry(time.Hour) // by an operator
	if _, failed := s.count(ids, nil); failed > 0 || len(s.failed) > 0 {
		t.Errorf("after a replay %d are left, %d events are kept", failed, len(s.failed))
	}
	messages, open := slack.Messages(""), 0
	for _, m := range messages {
		for _, b := range m.Buttons() {
			if b.ActionID == "approve" {
				open++
			}
		}
	}
	if open > 0 || len(messages) < requests {
		t.Errorf("%d of %d copies keep buttons", open, len(messages))
	}
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
