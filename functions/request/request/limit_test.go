package request_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// crowd is the API over the local table, for whoever calls.
type crowd struct {
	*store.Store
	t     *testing.T
	flows *flow.File
	now   time.Time
	// fails has the next run not be stored.
	fails bool
	mu    sync.Mutex
	made  []string
}

func newCrowd(t *testing.T, limits string) *crowd {
	t.Helper()
	c := &crowd{Store: storetest.New(t), t: t, now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
	in := `flows: [{name: f, requesters: [everyone, 'idp|ci'], admins: [root@example.com]` + limits + `}, {name: g, requesters: [everyone, 'idp|ci'], admins: [root@example.com]}]`
	var err error
	if c.flows, err = flow.Parse("f", []byte(in)); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *crowd) Create(ctx context.Context, r *run.Run, sent []byte) error {
	if c.fails {
		c.fails = false
		return errors.New("throttled")
	}
	c.mu.Lock()
	c.made = append(c.made, r.ID)
	c.mu.Unlock()
	return c.Store.Create(ctx, r, sent)
}

func (c *crowd) Start(context.Context, string, []byte) error { return nil }

func (c *crowd) post(who run.Person, flow string, headers ...string) httpapi.Answer {
	c.t.Helper()
	api := request.New(request.Deps{Flows: c.flows, Identify: caller{who}, Store: c, Executions: c, Now: func() time.Time { return c.now }, Log: slog.New(slog.DiscardHandler)})
	ev := httpapi.Event{RouteKey: "POST /requests", Body: `{"flow":"` + flow + `"}`, Headers: map[string]string{}}
	for i := 0; i < len(headers); i += 2 {
		ev.Headers[headers[i]] = headers[i+1]
	}
	got, err := api.Handle(c.t.Context(), ev)
	if err != nil {
		c.t.Fatal(err)
	}
	described(c.t, "POST /requests", got)
	return got
}

// decide has a run be canceled.
func (c *crowd) decide(id string) {
	c.t.Helper()
	r, err := c.Load(c.t.Context(), id)
	if err != nil {
		c.t.Fatal(err)
	}
	act := run.Act{ID: run.NewID(c.now), Event: run.Cancel, Person: r.Requester, At: c.now}
	next, _, err := engine.Decide(r, engine.Step{ID: "s", Turn: r.Engine.Turn, Response: &engine.HookResponse{Body: json.RawMessage(`{}`)}, Acts: []run.Act{act}}, c.now)
	if err != nil || next.Status != run.Canceled {
		c.t.Fatalf("the run is %s (%v)", next.Status, err)
	}
	if err := c.Save(c.t.Context(), next); err != nil {
		c.t.Fatal(err)
	}
}

// park has a run wait for people.
func (c *crowd) park(id string) {
	c.t.Helper()
	r, err := c.Load(c.t.Context(), id)
	if err != nil {
		c.t.Fatal(err)
	}
	next, _, err := engine.Decide(r, engine.Step{ID: "s", Turn: r.Engine.Turn, Response: &engine.HookResponse{Body: json.RawMessage(`{"subscriptions":[]}`)}}, c.now)
	if err != nil || next.Status != run.Pending {
		c.t.Fatalf("the run is %s (%v)", next.Status, err)
	}
	if err := c.Save(c.t.Context(), next); err != nil {
		c.t.Fatal(err)
	}
}

var adaPerson = run.Person{ID: ada, Email: ada, Principal: "idp|ada"}

// However many requests come at once, no more are stored than the limits say.
func TestRequestsAtOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		limits string
		want   int
	}{
		"within a minute":   {"", 10},
		"open":              {", limits: {per_minute: none}", 20},
		"open, a few":       {", limits: {open_per_person: 3, per_minute: none}", 3},
		"of both the least": {", limits: {open_per_person: 3, per_minute: 2}", 2},
		"none":              {", limits: none", 40},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCrowd(t, tc.limits)
			var group sync.WaitGroup
			status := make([]int, 40)
			for i := range status {
				group.Go(func() { status[i] = c.post(adaPerson, "f").StatusCode })
			}
			group.Wait()
			counts := map[int]int{}
			for _, s := range status {
				counts[s]++
			}
			want := map[int]int{201: tc.want, 429: 40 - tc.want}
			if tc.want == 40 {
				delete(want, 429)
			}
			if !maps.Equal(counts, want) || len(c.made) != tc.want {
				t.Errorf("answers are %v and %d runs are stored, want %v", counts, len(c.made), want)
			}
		})
	}
}

// Within any minute, not only those of the clock.
func TestRequestsAMinute(t *testing.T) {
	for name, tc := range map[string]struct {
		who  run.Person
		most int
	}{
		"a person":  {adaPerson, 10},
		"a machine": {run.Person{ID: "idp|ci", Principal: "idp|ci", Machine: true}, 60},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCrowd(t, ", limits: {open_per_person: none}")
			for i := range tc.most {
				if got := c.post(tc.who, "f"); got.StatusCode != 201 {
					t.Fatalf("request %d: %d %s", i, got.StatusCode, got.Body)
				}
				c.now = c.now.Add(500 * time.Millisecond)
			}
			got := c.post(tc.who, "f")
			left := 60 - tc.most/2
			if got.StatusCode != 429 || got.Headers["retry-after"] != fmt.Sprint(left) || !strings.Contains(got.Body, fmt.Sprint(tc.most, " requests a minute")) {
				t.Fatalf("one more: %d %s, Retry-After %s, want 429 and %d", got.StatusCode, got.Body, got.Headers["retry-after"], left)
			}
			if got := c.post(run.Person{ID: "linus@example.com"}, "f"); got.StatusCode != 201 {
				t.Errorf("somebody else: %d", got.StatusCode)
			}
			if got := c.post(tc.who, "g"); got.StatusCode != 201 {
				t.Errorf("another flow: %d", got.StatusCode)
			}
			c.now = c.now.Add(time.Duration(left) * time.Second)
			if got := c.post(tc.who, "f"); got.StatusCode != 201 {
				t.Errorf("after Retry-After: %d %s", got.StatusCode, got.Body)
			}
		})
	}
}

// A decided request makes room for another, a repeated one takes none.
func TestOpenRequests(t *testing.T) {
	c := newCrowd(t, ", limits: {open_per_person: 5, per_minute: none}")
	for i := range 5 {
		for range 2 {
			if got := c.post(adaPerson, "f", "idempotency-key", fmt.Sprint(i)); got.StatusCode >= 300 {
				t.Fatalf("request %d: %d %s", i, got.StatusCode, got.Body)
			}
		}
	}
	got := c.post(adaPerson, "f", "idempotency-key", "one-more")
	if got.StatusCode != 429 || got.Headers["retry-after"] == "" || !strings.Contains(got.Body, "5 requests of this flow waiting") {
		t.Fatalf("one more: %d %s", got.StatusCode, got.Body)
	}
	c.decide(c.made[2])
	for _, want := range []int{201, 429} {
		if got := c.post(adaPerson, "f"); got.StatusCode != want {
			t.Errorf("after one was decided: %d %s, want %d", got.StatusCode, got.Body, want)
		}
	}
	for _, id := range slices.DeleteFunc(slices.Clone(c.made), func(id string) bool { return id == c.made[2] }) {
		c.decide(id)
	}
	for range 5 {
		if got := c.post(adaPerson, "f"); got.StatusCode != 201 {
			t.Errorf("after all were decided: %d %s", got.StatusCode, got.Body)
		}
	}
}

// A request that could not be stored leaves no place taken.
func TestARequestThatIsNotStored(t *testing.T) {
	c := newCrowd(t, ", limits: {open_per_person: 1, per_minute: none}")
	c.fails = true
	if got := c.post(adaPerson, "f", "idempotency-key", "k"); got.StatusCode != 500 {
		t.Fatalf("got %d", got.StatusCode)
	}
	if got := c.post(adaPerson, "f", "idempotency-key", "k"); got.StatusCode != 201 {
		t.Errorf("the same again: %d %s", got.StatusCode, got.Body)
	}
	c.decide(c.made[0])
	c.fails = true
	if got := c.post(adaPerson, "f"); got.StatusCode != 500 {
		t.Fatalf("got %d", got.StatusCode)
	}
	if got := c.post(adaPerson, "f"); got.StatusCode != 429 {
		t.Errorf("while it may be on its way: %d", got.StatusCode)
	}
	c.now = c.now.Add(time.Minute)
	if got := c.post(adaPerson, "f"); got.StatusCode != 201 {
		t.Errorf("a minute later: %d %s", got.StatusCode, got.Body)
	}
}

// The logins of one person count together.
func TestLimitsOfOnePersonWithTwoLogins(t *testing.T) {
	c := newCrowd(t, ", limits: {open_per_person: 2, per_minute: none}")
	first := run.Person{ID: "idp|ada", Principal: "idp|ada"}
	second := run.Person{ID: ada, Email: ada, Principal: "idp|ada"}
	third := run.Person{ID: "other|a", Principal: "other|a", Links: []string{"idp|ada", ada}}
	for i, step := range []struct {
		who  run.Person
		want int
	}{{first, 201}, {second, 201}, {third, 429}, {second, 429}, {run.Person{ID: "eve@example.com"}, 201}} {
		if got := c.post(step.who, "f"); got.StatusCode != step.want {
			t.Errorf("step %d: %d, want %d", i, got.StatusCode, step.want)
		}
	}
}
