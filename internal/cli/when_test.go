package cli

import (
	"testing"
	"time"
)

func TestParseWhen(t *testing.T) {
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
		at, err := parseWhen(s, now)
		if got := at.UTC().Format(time.RFC3339); err == nil && got != want || (err != nil) != (want == "") {
			t.Errorf("%q is %s (%v), want %q", s, got, err, want)
		}
	}
}
