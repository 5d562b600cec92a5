package main

import (
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

func TestMaintenance(t *testing.T) {
	night := map[string]any{"from": "22:00", "until": "04:00"}
	day := map[string]any{"from": "09:00", "until": "12:00"}
	for _, tc := range []struct {
		settings map[string]any
		start    string // in Berlin, an hour ahead of UTC
		want     string
	}{
		{night, "22:59", "deny: Orders has maintenance from 22:00 to 04:00 UTC."},
		{night, "23:00", "continue"}, {night, "00:30", "continue"}, {night, "04:59", "continue"},
		{night, "05:00", "deny: Orders has maintenance from 22:00 to 04:00 UTC."},
		{day, "09:59", "deny: Orders has maintenance from 09:00 to 12:00 UTC."},
		{day, "10:00", "continue"}, {day, "12:59", "continue"},
		{day, "13:00", "deny: Orders has maintenance from 09:00 to 12:00 UTC."},
		{nil, "13:00", "continue"},
		{map[string]any{"from": "9"}, "13:00", `settings of target orders: must be a time such as 22:00, got "9"`},
		{map[string]any{"from": "22:00"}, "13:00", `settings of target orders: must be a time such as 22:00, got ""`},
		{night, "", "continue"},
	} {
		options := []hooktest.Option{hooktest.Target("target", "orders", "Orders", tc.settings)}
		if tc.start != "" {
			start, err := time.Parse(time.RFC3339, "2026-12-24T"+tc.start+":00+01:00")
			if err != nil {
				t.Fatal(err)
			}
			options = append(options, hooktest.ScheduledStart(start))
		}
		expect(t, denyOutsideWindow, hooktest.Event(options...), tc.want)
	}
}

// At the start the hook goes by the time that it is then, whatever was requested.
func TestMaintenanceLooksAgain(t *testing.T) {
	const clock = "15:04"
	now := time.Now().UTC()
	open := map[string]any{"from": now.Add(-time.Hour).Format(clock), "until": now.Add(time.Hour).Format(clock)}
	shut := map[string]any{"from": open["until"], "until": open["from"]}
	for _, tc := range []struct {
		settings map[string]any
		asked    time.Duration
		want     string
	}{
		{open, 12 * time.Hour, "continue"}, {nil, 0, "continue"},
		{shut, 12 * time.Hour, "deescalate: Orders has maintenance from "},
		{map[string]any{"from": "noon"}, 0, `settings of target orders: must be a time`},
	} {
		got, err := grantInWindow(t.Context(), hooktest.Event(hooktest.Hook("on_escalate"), hooktest.Target("target", "orders", "Orders", tc.settings), hooktest.ScheduledStart(now.Add(tc.asked))))
		if said := words(got, err); !strings.HasPrefix(said, tc.want) {
			t.Errorf("got %s, want %s", said, tc.want)
		}
	}
}
