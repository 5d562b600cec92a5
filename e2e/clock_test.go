package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/e2e/inprocess"
	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

const clockFlows = `
flows:
  - name: day
    admins: [group:platform]
    review:
      approvers: [group:sre]
      timeout: 24h
      notify: [{to: [sns], wait: 6h}, {to: [webhook], wait: 6h}, {to: [admins]}]
directory: {groups: {sre: [grace@example.com], platform: [root@example.com]}}
`

// TestADayPasses advances a review of a day in moments: each of the notify list
// is notified at its time, and the run expires at its own.
func TestADayPasses(t *testing.T) {
	flows, err := flow.Parse("flows", []byte(clockFlows))
	if err != nil {
		t.Fatal(err)
	}
	clock := clockwork.NewFakeClockAt(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC))
	functions := inprocess.New(inprocess.Options{
		Flows: flows, Now: clock.Now,
		Hooks: hook.Flows{"*": {OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) { return hook.Continue(), nil }}},
	})
	stack, err := local.Start(t.Context(), "", localaws.Options{
		TemplatePath: "../template.yaml", Addr: "127.0.0.1:0", Clock: clock, Functions: functions.Replacements(),
	})
	if err != nil {
		t.Fatal(err)
	}
	functions.Bind(stack)
	t.Cleanup(func() { _ = stack.Close(context.Background()) })

	c := &client{url: stack.URL(), who: "ada@example.com"}
	if err := c.call("POST", "/requests", []byte(`{"flow":"day"}`)); err != nil || c.status != 201 {
		t.Fatalf("%d %v: %s", c.status, err, c.body)
	}
	id, _ := c.at("id")
	told := func(n int) func() bool {
		return func() bool { l, _ := c.at("history.len"); return l == fmt.Sprint(n) }
	}
	until(t, c, id, told(2)) // filed, first notified
	for _, step := range []struct {
		pass time.Duration
		to   string
	}{{6 * time.Hour, "webhook"}, {6 * time.Hour, "admins"}} {
		advance(t, stack, clock, step.pass)
		until(t, c, id, func() bool { to, _ := c.at("history.-1.to.0"); return to == step.to })
	}
	advance(t, stack, clock, 12*time.Hour)
	until(t, c, id, func() bool { s, _ := c.at("status"); return s == "expired" })
	var history struct {
		History []struct {
			Event string
			At    time.Time
		}
	}
	if err := json.Unmarshal(c.body, &history); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range history.History {
		got = append(got, e.Event+" "+e.At.Format("15:04"))
	}
	if want := "[request 10:00 forward 10:00 forward 16:00 forward 22:00 expire 10:00]"; fmt.Sprint(got) != want {
		t.Errorf("history is %v, want %s", got, want)
	}
}

// advance moves the clock once all is done that can be done before.
func advance(t *testing.T, stack *localaws.Stack, clock *clockwork.FakeClock, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := stack.Motion.Idle(ctx); err != nil {
		t.Fatal(err)
	}
	clock.Advance(d)
}

// until polls a run until it is as wanted.
func until(t *testing.T, c *client, id string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		if err := c.call("GET", "/requests/"+id, nil); err != nil {
			t.Fatal(err)
		}
		if holds() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not come: %s", c.body)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
