package localtime_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/localtime"
)

// TestParse reads local times around changes of the clocks: those that are skipped or
// come twice name both times.
func TestParse(t *testing.T) {
	for _, tc := range []struct{ in, zone, want, mistake string }{
		{"2026-12-24 09:00", "Europe/Berlin", "2026-12-24T08:00:00Z", ""},
		{"2026-07-24T09:00", "Europe/Berlin", "2026-07-24T07:00:00Z", ""},
		{"2026-12-24 09:00:30", "UTC", "2026-12-24T09:00:30Z", ""},
		{"2026-12-24T09:00:00-05:00", "Europe/Berlin", "2026-12-24T14:00:00Z", ""},
		{"2026-12-24T09:00:00Z", "Europe/Berlin", "2026-12-24T09:00:00Z", ""},
		// Berlin's clocks go from 3:00 to 2:00, and from 2:00 to 3:00.
		{"2026-10-25 01:59", "Europe/Berlin", "2026-10-24T23:59:00Z", ""},
		{"2026-10-25 02:00", "Europe/Berlin", "", "is twice in Europe/Berlin, since the clocks go back: say 2026-10-25T02:00:00+02:00 or 2026-10-25T02:00:00+01:00"},
		{"2026-10-25 02:59", "Europe/Berlin", "", "is twice in Europe/Berlin"},
		{"2026-10-25 03:00", "Europe/Berlin", "2026-10-25T02:00:00Z", ""},
		{"2027-03-28 01:59", "Europe/Berlin", "2027-03-28T00:59:00Z", ""},
		{"2027-03-28 02:30", "Europe/Berlin", "", "does not exist in Europe/Berlin, since the clocks go forward: say 2027-03-28T01:30:00+01:00 or 2027-03-28T03:30:00+02:00"},
		{"2027-03-28 03:00", "Europe/Berlin", "2027-03-28T01:00:00Z", ""},
		// Lord Howe moves its clocks by half an hour.
		{"2027-04-04 01:45", "Australia/Lord_Howe", "", "say 2027-04-04T01:45:00+11:00 or 2027-04-04T01:45:00+10:30"},
		{"2026-10-04 02:15", "Australia/Lord_Howe", "", "say 2026-10-04T01:45:00+10:30 or 2026-10-04T02:45:00+11:00"},
		// Samoa had no 30 December 2011.
		{"2011-12-30 12:00", "Pacific/Apia", "", "does not exist in Pacific/Apia"},
		{"2026-12-24", "UTC", "", "must be a time such as"},
		{"2026-12-24 9:00", "UTC", "", "must be a time such as"},
		{"2026-02-30 09:00", "UTC", "", "must be a time such as"},
		{"tomorrow", "UTC", "", "must be a time such as"},
	} {
		in, err := localtime.Zone(tc.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := localtime.Parse(tc.in, in)
		switch {
		case tc.mistake == "" && (err != nil || at.UTC().Format(time.RFC3339) != tc.want):
			t.Errorf("%s in %s: %v, %v, want %s", tc.in, tc.zone, at, err, tc.want)
		case tc.mistake != "" && (err == nil || !strings.Contains(err.Error(), tc.mistake)):
			t.Errorf("%s in %s: %v, %v, want %q", tc.in, tc.zone, at, err, tc.mistake)
		}
	}
	for _, name := range []string{"", "Local", "local", "Europe/Nowhere", " UTC", "../../etc/passwd"} {
		if _, err := localtime.Zone(name); err == nil {
			t.Errorf("%q is a zone", name)
		}
	}
}

// TestParseFindsEachMoment reads what a clock shows at any time: that time, or an error
// that names it.
func TestParseFindsEachMoment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "Africa/Casablanca", "America/Caracas", "UTC"}).Draw(t, "zone")
		in, err := localtime.Zone(name)
		if err != nil {
			t.Fatal(err)
		}
		moment := time.Unix(int64(rapid.IntRange(1e9, 2e9).Draw(t, "at")), 0)
		if rapid.Bool().Draw(t, "near a change") {
			if _, next := moment.In(in).ZoneBounds(); !next.IsZero() {
				moment = next.Add(time.Duration(rapid.IntRange(-7200, 7200).Draw(t, "from it")) * time.Second)
			}
		}
		at, err := localtime.Parse(moment.In(in).Format("2006-01-02 15:04:05"), in)
		if err == nil && !at.Equal(moment) || err != nil && !strings.Contains(err.Error(), moment.In(in).Format(time.RFC3339)) {
			t.Fatalf("%v in %s is read as %v, %v", moment.In(in), name, at, err)
		}
	})
}
