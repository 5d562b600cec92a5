package eventbridge_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/eventbridge"
)

// start returns a service with one scheduled rule on a clock that starts at now, and
// the channel of its events.
func start(t *testing.T, now time.Time, expression string) (*clockwork.FakeClock, chan []byte) {
	t.Helper()
	clock := clockwork.NewFakeClockAt(now)
	got := make(chan []byte, 100)
	s, err := eventbridge.New(eventbridge.Options{
		Clock: clock, Region: "us-east-1", AccountID: "123456789012",
		Rules:  []eventbridge.Rule{{Name: "tick", Bus: "default", Schedule: expression, Targets: []eventbridge.Target{{ARN: "f"}}}},
		Invoke: func(_ string, payload []byte) error { got <- payload; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return clock, got
}

// A schedule fires at its times and not a second before.
func TestSchedule(t *testing.T) {
	monday := time.Date(2026, 11, 23, 10, 0, 30, 0, time.UTC)
	for expression, want := range map[string][]string{
		"rate(1 minute)":                    {"2026-11-23T10:01:30Z", "2026-11-23T10:02:30Z", "2026-11-23T10:03:30Z"},
		"rate(2 hours)":                     {"2026-11-23T12:00:30Z", "2026-11-23T14:00:30Z"},
		"rate(7 days)":                      {"2026-11-30T10:00:30Z", "2026-12-07T10:00:30Z"},
		"cron(0 12 * * ? *)":                {"2026-11-23T12:00:00Z", "2026-11-24T12:00:00Z"},
		"cron(0/20 * * * ? *)":              {"2026-11-23T10:20:00Z", "2026-11-23T10:40:00Z", "2026-11-23T11:00:00Z"},
		"cron(15,30 8-9 ? * MON-FRI *)":     {"2026-11-24T08:15:00Z", "2026-11-24T08:30:00Z", "2026-11-24T09:15:00Z"},
		"cron(0 0 1 JAN,jul ? *)":           {"2027-01-01T00:00:00Z", "2027-07-01T00:00:00Z"},
		"cron(0 0 29 2 ? *)":                {"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"},
		"cron(0 18 ? * 1,7 2026)":           {"2026-11-28T18:00:00Z", "2026-11-29T18:00:00Z"},
		"cron(0 10 23 11 ? 2020,2026-2027)": {"2027-11-23T10:00:00Z"},
	} {
		t.Run(expression, func(t *testing.T) {
			clock, got := start(t, monday, expression)
			for _, due := range want {
				at, err := time.Parse(time.RFC3339, due)
				if err != nil {
					t.Fatal(err)
				}
				if err := clock.BlockUntilContext(t.Context(), 1); err != nil {
					t.Fatal(err)
				}
				clock.Advance(at.Add(-time.Second).Sub(clock.Now()))
				if len(got) > 0 {
					t.Fatalf("fired before %s", due)
				}
				clock.Advance(time.Second)
				var e eventbridge.Event
				if err := json.Unmarshal(<-got, &e); err != nil {
					t.Fatal(err)
				}
				if !e.Time.Equal(at) || e.Source != "aws.events" || e.DetailType != "Scheduled Event" || e.Resources[0] != "arn:aws:events:us-east-1:123456789012:rule/tick" {
					t.Errorf("due %s: event %+v", due, e)
				}
			}
		})
	}
}

// Times that went by while the machine slept are not made up for.
func TestSchedule_SleptThrough(t *testing.T) {
	clock, got := start(t, time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), "rate(1 minute)")
	if err := clock.BlockUntilContext(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	clock.Advance(10 * time.Minute)
	<-got
	if err := clock.BlockUntilContext(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if n := len(got); n != 0 {
		t.Errorf("fired %d times more", n)
	}
}

// What can't be kept is refused with the rule's name.
func TestSchedule_Refused(t *testing.T) {
	for _, expression := range []string{
		"every 5 minutes", "rate(0 minutes)", "rate(1 minutes)", "rate(5 minute)", "rate(5 weeks)", "rate(minute)",
		"cron(0 12 * * *)", "cron(0 12 * * * *)", "cron(0 12 ? * ? *)", "cron(60 12 * * ? *)", "cron(0 24 * * ? *)",
		"cron(0 0 L * ? *)", "cron(0 0 ? * 2#1 *)", "cron(0 0 15W * ? *)", "cron(5-1 0 * * ? *)", "cron(*/0 0 * * ? *)", "cron(0 0 1 FOO ? *)",
	} {
		_, err := eventbridge.New(eventbridge.Options{Rules: []eventbridge.Rule{{Name: "tick", Schedule: expression}}})
		if err == nil || !strings.HasPrefix(err.Error(), `rule tick: schedule "`+expression) {
			t.Errorf("%s: err = %v", expression, err)
		}
	}
}
