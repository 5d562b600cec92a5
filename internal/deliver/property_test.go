package deliver_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// flaky is a way whose messages fail in turn as a list says, and then are all sent.
type flaky struct {
	name string
	mu   sync.Mutex
	next []error
	// sent counts messages by kind, event and addressee.
	sent map[string]int
	// never are addressees that fail for good.
	never map[string]bool
}

func (w *flaky) Name() string { return w.name }

func (w *flaky) Reaches(context.Context, deliver.Addressee) (string, error) { return "", w.fail() }

func (w *flaky) fail() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.next) == 0 {
		return nil
	}
	err := w.next[0]
	w.next = w.next[1:]
	return err
}

func (w *flaky) Send(_ context.Context, n deliver.Notice, a deliver.Addressee) error {
	if err := w.fail(); err != nil {
		return err
	}
	if w.never[a.Person+a.Channel] {
		return deliver.Permanent{Why: "account_inactive"}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent[fmt.Sprintf("%s %d %s", n.Kind, n.Event.Entry.Seq, a.Person+a.Channel)]++
	return nil
}

// life draws a request with its events: it is routed, decided or not, and granted.
func life(t *rapid.T) (r *run.Run, events []api.Event, stages []*run.Run) {
	entry := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{
		"group:sre", "group:security", "group:empty", "admins", grace, "email:linus@example.com", "slack:#ops", "slack:@requester", "teams:ops", "sns", "everyone",
	}), 1, 3, rapid.ID)
	r = request(rapid.SliceOfN(entry, 1, 3).Draw(t, "notify")...)
	add := func(name run.EventName, by run.Actor, status run.Status) {
		events = append(events, happen(r, name, by, status))
		copied, err := r.Clone()
		if err != nil {
			t.Fatal(err)
		}
		stages = append(stages, copied)
	}
	for range rapid.IntRange(1, len(r.Review.Notify)).Draw(t, "forwards") {
		add(run.Forward, theEngine, run.Pending)
	}
	if rapid.Bool().Draw(t, "decided") {
		by := person(rapid.SampledFrom([]string{grace, linus, root}).Draw(t, "by"))
		add(rapid.SampledFrom([]run.EventName{run.Approve, run.Deny}).Draw(t, "decision"), by, run.Approved)
		if rapid.Bool().Draw(t, "granted") {
			add(run.Escalate, theEngine, run.Active)
		}
	}
	return r, events, stages
}

// TestRouterProperties routes events that come twice and in any order, by ways that
// fail, in a process that dies at any call of the table. Whatever happens, each message
// is sent once, but for one that a dying process had sent and not recorded; in the end
// none is open; the requester never gets an Ask, and is notified of every outcome.
func TestRouterProperties(t *testing.T) {
	busy := errors.New("429 Too Many Requests")
	rapid.Check(t, func(t *rapid.T) {
		r, events, stages := life(t)
		fails := rapid.SliceOfN(rapid.SampledFrom([]error{nil, nil, busy, deliver.Permanent{Why: "not in channel"}}), 0, 12)
		never := map[string]bool{}
		for _, a := range rapid.SliceOf(rapid.SampledFrom([]string{grace, linus, root, "#ops", "#security"})).Draw(t, "never") {
			never[a] = true
		}
		var ways []deliver.Way
		var flakies []*flaky
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"slack", "email", "teams"}), 1, 3, rapid.ID).Draw(t, "ways") {
			w := &flaky{name: name, sent: map[string]int{}, next: fails.Draw(t, name), never: never}
			ways, flakies = append(ways, w), append(flakies, w)
		}
		s := routeTo(r, ways...)
		deaths, died := 0, false
		left := -1
		s.table.Fails = func(string) error {
			if left--; died || left == 0 {
				if died = true; left == 0 {
					deaths++
				}
				return errors.New("the process died")
			}
			return nil
		}
		topic := map[string]int{}
		attempt := func(i int, now *run.Run) error {
			s.now = s.now.Add(61 * time.Second)
			s.table.Put(now)
			_, err := s.Route(context.Background(), events[i], []deliver.Broadcast{{Name: "sns", Send: func(context.Context) error { topic[events[i].ID]++; return nil }}})
			return err
		}
		// Some attempts while the request lives, some of which die. Reads are strongly
		// consistent, so none has an older request than the one before.
		asOf := 0
		for range rapid.IntRange(0, 2*len(events)).Draw(t, "attempts") {
			i := rapid.IntRange(0, len(events)-1).Draw(t, "event")
			asOf = rapid.IntRange(max(i, asOf), len(events)-1).Draw(t, "as of")
			died, left = false, rapid.IntRange(0, 12).Draw(t, "dies at")
			_ = attempt(i, stages[asOf])
		}
		// Then each event as the bus has it in the end, until it is done with.
		died, left = false, -1
		for i := range events {
			for try := 0; ; try++ {
				err := attempt(i, r)
				if err == nil {
					break
				}
				if try == 40 {
					t.Fatalf("event %d is not done with: %v", i+1, err)
				}
			}
		}
		twice := 0
		for _, w := range flakies {
			for what, n := range w.sent {
				twice += n - 1
				if strings.HasPrefix(what, "ask") && strings.HasSuffix(what, ada) {
					t.Errorf("%s: %s", w.name, what)
				}
			}
			if w.name == deliver.Teams { // the channel is notified of the decision if it got an Ask
				asked, notified := 0, 0
				for what, n := range w.sent {
					if strings.HasPrefix(what, string(deliver.Ask)) {
						asked += n
					} else {
						notified += n
					}
				}
				// One that failed is not followed. One that a process claimed and died over may
				// have been sent, and is.
				unsure := slices.ContainsFunc(s.became(), func(line string) bool {
					return strings.Contains(line, " teams teams:ops failed") || strings.Contains(line, " teams teams:ops claimed")
				})
				if (asked > 0 && r.Decision != nil) != (notified > 0) && !unsure {
					t.Errorf("teams: %d messages that ask and %d about the decision: %q", asked, notified, s.became())
				}
				continue
			}
			for _, e := range events {
				outcome := fmt.Sprintf("%s %d %s", deliver.Outcome, e.Entry.Seq, ada)
				if e.Entry.Event != run.Forward && w.sent[outcome] == 0 && !slices.ContainsFunc(s.became(), func(line string) bool {
					return strings.HasPrefix(line, fmt.Sprintf("%d %s %s failed", e.Entry.Seq, w.name, ada))
				}) {
					t.Errorf("%s: the requester has not heard of %s: %q", w.name, e.Entry.Event, s.became())
				}
			}
		}
		for id, n := range topic {
			if twice += n - 1; n == 0 {
				t.Errorf("the topic does not have %s", id)
			}
		}
		if len(topic) != len(events) {
			t.Errorf("the topic has %d of %d events", len(topic), len(events))
		}
		// A process that dies may have sent as many as it sends side by side.
		if twice > 4*deaths {
			t.Errorf("%d messages were sent twice, in %d deaths", twice, deaths)
		}
		all, err := s.table.AllDeliveries(context.Background(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			about := r.History[d.Seq-1]
			open := d.State == "claimed" || d.Why == busy.Error()
			// Once it is decided, nobody gets an Ask any more: one that failed stays so. So
			// does an early one, whose own forward came.
			if asks := about.Event == run.Forward; open && (!asks || r.Decision == nil && slices.Contains(about.To, d.To)) {
				t.Errorf("left open: %+v", d)
			}
		}
	})
}
