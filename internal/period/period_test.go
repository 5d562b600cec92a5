package period_test

import (
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/period"
)

func TestParseTime(t *testing.T) {
	now := time.Date(2026, 11, 26, 10, 30, 0, 0, time.UTC)
	for s, want := range map[string]string{
		"2026-11-01T00:00:00Z":      "2026-11-01T00:00:00Z",
		"2026-11-01T02:00:00+02:00": "2026-11-01T00:00:00Z",
		"2026-11-01":                "2026-11-01T00:00:00Z",
		"90d":                       "2026-08-28T10:30:00Z",
		"36h":                       "2026-11-24T22:30:00Z",
		"1h30m":                     "2026-11-26T09:00:00Z",
		"P2D":                       "2026-11-24T10:30:00Z",
		"-1h":                       "", "-1d": "", "yesterday": "", "2026-13-01": "", "d": "", "99999999999d": "",
	} {
		at, err := period.ParseTime(s, now)
		if got := at.UTC().Format(time.RFC3339); err == nil && got != want || (err != nil) != (want == "") {
			t.Errorf("%q is %s (%v), want %q", s, got, err, want)
		}
	}
}

// The start is in a period and the end is not. A zero end is open.
func TestPeriod_Contains(t *testing.T) {
	at := time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		period period.Period
		want   bool
	}{
		"open":       {period.Period{}, true},
		"its start":  {period.Period{From: at}, true},
		"before it":  {period.Period{From: at.Add(1)}, false},
		"its end":    {period.Period{To: at}, false},
		"just in it": {period.Period{To: at.Add(1)}, true},
	} {
		if got := tc.period.Contains(at); got != tc.want {
			t.Errorf("%s: got %v, want %v", name, got, tc.want)
		}
	}
}
