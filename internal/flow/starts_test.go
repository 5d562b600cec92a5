package flow_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// TestStarts reads how far ahead requests may start.
func TestStarts(t *testing.T) {
	const day = 24 * 3600
	for in, tc := range map[string]struct {
		seconds int
		mistake string
	}{
		"{within: 30d}":   {30 * day, ""},
		"{within: P7D}":   {7 * day, ""},
		"{within: 90m}":   {5400, ""},
		"{within: 1m}":    {60, ""},
		"{within: 31d}":   {0, "starts.within: must be 1m to 30d"},
		"{within: 0d}":    {0, "starts.within: must be 1m to 30d"},
		"{within: 721h}":  {0, "starts.within: must be 1m to 30d"},
		"{within: 59s}":   {0, "starts.within: must be 1m to 30d"},
		"{within: 30}":    {0, "starts.within: must be a duration"},
		"{within: later}": {0, "starts.within: must be a duration"},
		"{}":              {0, "starts.within: it is missing"},
		"30d":             {0, "starts"},
	} {
		file, err := flow.Parse("f", []byte("flows: [{name: a, admins: [root@example.com], fields: [{name: target, type: target, required: true}], targets: [{id: p}], durations: [1h], strategy: {type: lambda, function: f}, starts: "+in+"}]"))
		switch {
		case tc.mistake == "" && err != nil:
			t.Errorf("%s: %v", in, err)
		case tc.mistake == "" && file.Flows[0].StartsWithinSeconds != tc.seconds:
			t.Errorf("%s: %d s, want %d", in, file.Flows[0].StartsWithinSeconds, tc.seconds)
		case tc.mistake != "" && (err == nil || !strings.Contains(err.Error(), tc.mistake)):
			t.Errorf("%s: got %v, want %q", in, err, tc.mistake)
		}
	}
	if _, err := flow.Parse("f", []byte("flows: [{name: a, admins: [root@example.com], starts: {within: 1d}}]")); err == nil || !strings.Contains(err.Error(), "starts: only a flow with a strategy") {
		t.Errorf("without a strategy: %v", err)
	}
}

// TestCheckStart takes a start from the next moment on to the end of the time that the
// flow allows, which a change of the clocks does not move.
func TestCheckStart(t *testing.T) {
	now := time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC) // the day before Berlin's clocks go back
	f := flow.Flow{Strategy: &flow.Strategy{}, StartsWithinSeconds: 24 * 3600}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		flow flow.Flow
		at   time.Time
		want string
	}{
		"none":                 {f, time.Time{}, ""},
		"the next second":      {f, now.Add(time.Second), ""},
		"now":                  {f, now, "must be later than now, which is 2026-10-24T12:00:00Z"},
		"the second before":    {f, now.Add(-time.Second), "must be later"},
		"at its end":           {f, now.Add(24 * time.Hour), ""},
		"24 hours, 13 o'clock": {f, time.Date(2026, 10, 25, 13, 0, 0, 0, berlin), ""},
		"25 hours, 14 o'clock": {f, time.Date(2026, 10, 25, 14, 0, 0, 0, berlin), "must be within 24 hours: not after 2026-10-25T12:00:00Z"},
		"no starts":            {flow.Flow{Strategy: &flow.Strategy{}}, now.Add(time.Second), "this flow starts access once"},
		"no access":            {flow.Flow{}, now.Add(time.Second), "grants no access"},
	} {
		if got := tc.flow.CheckStart(tc.at, now); (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// TestTodayNamesRequesters has the file of today say who may request, read whole or only
// for that.
func TestTodayNamesRequesters(t *testing.T) {
	const in = `
flows:
  - {name: a, admins: [root@example.com], requesters: ['idp|eve'], visible_to: [everyone], on_behalf: {who: [group:desk]}}
  - {name: b, admins: [root@example.com]}
directory: {groups: {desk: [ada@example.com]}, people: [{email: eve@example.com, identities: ['idp|eve']}]}`
	whole, err := flow.Parse("f", []byte(in))
	if err != nil {
		t.Fatal(err)
	}
	part, err := flow.ParseToday("f", []byte(in))
	if err != nil {
		t.Fatal(err)
	}
	for _, today := range []*run.Today{whole.Today(), part} {
		a, b := today.Flows["a"], today.Flows["b"]
		got := strings.Join([]string{strings.Join(a.Requesters, " "), strings.Join(a.VisibleTo, " "), strings.Join(a.OnBehalf, " "), strings.Join(a.Beneficiaries, " "), strings.Join(b.Requesters, " ")}, ";")
		if want := "eve@example.com;everyone;group:desk;eve@example.com;everyone"; got != want || b.VisibleTo != nil || b.OnBehalf != nil {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
