package flow_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

func endlessFile(keys string) (*flow.File, error) {
	return flow.Parse("flows.yaml", []byte("flows:\n  - name: access\n    admins: [root@example.com]\n    fields: [{name: target, type: target, required: true}]\n    targets: [{id: prod}]\n    strategy: {type: lambda, function: grants}\n"+keys))
}

// TestUntilRevoked reads which access has no end, and how often it is confirmed.
func TestUntilRevoked(t *testing.T) {
	const day = 24 * 3600
	const glass = "    break_glass: {who: [everyone], notify: [ada@example.com], max_duration: "
	for keys, tc := range map[string]struct {
		every   int
		mistake string
	}{
		"    durations: [1h, until_revoked]\n":                                                              {90 * day, ""},
		"    durations: [until_revoked]\n    confirm_every: 7d\n":                                           {7 * day, ""},
		"    durations: [until_revoked]\n    confirm_every: P180D\n":                                        {180 * day, ""},
		"    durations: [1h, until_revoked]\n    confirm_every: 240h\n":                                     {10 * day, ""},
		"    durations: [1h]\n":                                                                             {0, ""},
		"    durations: [until_revoked, 1h]\n":                                                              {0, "durations[1]: must come before until_revoked: the first duration is the default, and access without an end is chosen"},
		"    durations: [until_revoked, until_revoked]\n":                                                   {0, "durations[1]: appears twice"},
		"    durations: [forever]\n":                                                                        {0, "durations[0]: "},
		"    durations: [1h]\n    confirm_every: 7d\n":                                                      {0, "confirm_every: only access that lasts until it is revoked is confirmed: durations has no until_revoked"},
		"    durations: [until_revoked]\n    confirm_every: 6d\n":                                           {0, "confirm_every: must be 7d to 180d, got \"6d\""},
		"    durations: [until_revoked]\n    confirm_every: 181d\n":                                         {0, "confirm_every: must be 7d to 180d, got \"181d\""},
		"    durations: [until_revoked]\n    confirm_every: 99999999999999d\n":                              {0, "confirm_every: must be"},
		"    durations: [until_revoked]\n    confirm_every: soon\n":                                         {0, "confirm_every: must be a number of days such as 90d, got \"soon\""},
		"    durations: [until_revoked]\n    confirm_every: 90\n":                                           {0, "confirm_every: must be a number of days such as 90d, got"},
		"    durations: [1h, until_revoked]\n    extend: {max_total: until_revoked}\n":                      {0, "extend.max_total: must be a time: until_revoked is allowed only in durations of a flow"},
		"    durations: [1h, until_revoked]\n    extend: {max_total: 9h, durations: [2h, until_revoked]}\n": {0, "extend.durations: must be times: until_revoked is allowed only in durations of a flow"},
		"    durations: [until_revoked]\n    extend: {max_total: 9h}\n":                                     {0, "extend: until_revoked is the only duration: access without an end can't be extended"},
		"    durations: [1h, until_revoked]\n    extend: {max_total: 9h}\n":                                 {90 * day, ""},
		"    durations: [1h, until_revoked]\n" + glass + "until_revoked}\n":                                 {0, "break_glass.max_duration: must be a time: until_revoked is allowed only in durations of a flow"},
		"    durations: [until_revoked]\n" + glass + "1h}\n":                                                {0, "break_glass: until_revoked is the only duration, and access in an emergency has an end: durations needs another"},
		"    durations: [1h, until_revoked]\n" + glass + "1h}\n":                                            {90 * day, ""},
		"    durations: [1h, until_revoked]\n    recheck: until_revoked\n":                                  {0, "recheck"},
		"    durations: [1h, until_revoked]\n    starts: {within: until_revoked}\n":                         {0, "starts.within: must be a time: until_revoked is allowed only in durations of a flow"},
		"    durations: [1h, until_revoked]\n    review: {timeout: until_revoked}\n":                        {0, "review.timeout: must be a time: until_revoked is allowed only in durations of a flow"},
		"    durations: [1h, until_revoked]\n    fast_track: {quiet_after_denial: until_revoked}\n":         {0, "fast_track.quiet_after_denial: must be a time"},
	} {
		file, err := endlessFile(keys)
		if tc.mistake != "" {
			if err == nil || !strings.Contains(err.Error(), tc.mistake) {
				t.Errorf("%q:\n%v\nwant %s", keys, err, tc.mistake)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", keys, err)
			continue
		}
		f := file.Flows[0]
		if f.ConfirmEverySeconds != tc.every || f.UntilRevoked != (tc.every > 0) || file.Today().Flows["access"].UntilRevoked != (tc.every > 0) {
			t.Errorf("%q: %v every %d", keys, f.UntilRevoked, f.ConfirmEverySeconds)
		}
	}
	today, err := flow.ParseToday("flows.yaml", []byte("flows:\n  - name: access\n    admins: [root@example.com]\n    durations: [1h, until_revoked]\n"))
	if err != nil || !today.Flows["access"].UntilRevoked {
		t.Error("today's flow doesn't have it", err)
	}
}

// TestRequestUntilRevoked checks what a request may ask for.
func TestRequestUntilRevoked(t *testing.T) {
	const both, only, none = "    durations: [1h, until_revoked]\n", "    durations: [until_revoked]\n    confirm_every: 30d\n", "    durations: [1h]\n"
	hour, month := 3600, 30*24*3600
	for name, tc := range map[string]struct {
		keys    string
		asked   *int
		endless bool
		seconds int
		lasts   bool
		wrong   string
	}{
		"chosen":                {both, nil, true, 90 * 24 * 3600, true, ""},
		"the default":           {both, nil, false, hour, false, ""},
		"a duration":            {both, &hour, false, hour, false, ""},
		"both":                  {both, &hour, true, 0, false, "duration_seconds: must be absent with until_revoked"},
		"the only one":          {only, nil, false, month, true, ""},
		"the only one, chosen":  {only, nil, true, month, true, ""},
		"another than the only": {only, &hour, false, 0, false, "duration_seconds: must be absent: the flow grants access until it is revoked"},
		"how often as duration": {both, &month, false, 0, false, "duration_seconds: must be"},
		"none":                  {none, nil, true, 0, false, "until_revoked: the flow grants no access without an end (flows.yaml: durations)"},
	} {
		file, err := endlessFile(tc.keys)
		if err != nil {
			t.Fatal(err)
		}
		got, wrong := file.Flows[0].Check(flow.Request{Fields: map[string]json.RawMessage{"target": json.RawMessage(`"prod"`)}, DurationSeconds: tc.asked, UntilRevoked: tc.endless})
		said := make([]error, len(wrong))
		for i, w := range wrong {
			said[i] = errors.New(w.Field + ": " + w.Detail)
		}
		err = errors.Join(said...)
		if tc.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), tc.wrong) {
				t.Errorf("%s: %v, want %s", name, err, tc.wrong)
			}
		} else if err != nil || got.DurationSeconds != tc.seconds || got.UntilRevoked != tc.lasts {
			t.Errorf("%s: %d s, without an end %v: %v", name, got.DurationSeconds, got.UntilRevoked, err)
		}
	}
}
