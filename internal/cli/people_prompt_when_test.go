package cli

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// A start and an emergency are prompted for where the flow allows them, and only there.
func TestPromptWhen(t *testing.T) {
	f := form{api.Flow{Name: "f", DurationsSeconds: []int{3600, 28800}, Rules: api.Rules{StartsWithinSeconds: 30 * 24 * 3600}, BreakGlass: &api.BreakGlassRule{MaxDurationSeconds: 3600}}}
	plain := f
	plain.Rules, plain.BreakGlass, plain.DurationsSeconds = api.Rules{}, nil, nil
	day := time.Now().UTC().AddDate(0, 0, 2).Format(time.DateOnly)
	for name, tc := range map[string]struct {
		of     form
		flags  api.CreateInput
		typed  string
		glass  bool
		start  string
		reason string
		shown  string
	}{
		"neither":              {f, api.CreateInput{}, "\n\n1h\n", false, "", "", "Break glass"},
		"an emergency":         {f, api.CreateInput{}, "maybe\nYES\nprod is down\n", true, "", "prod is down", "Type yes or no."},
		"a start":              {f, api.CreateInput{}, "no\n" + day + " 09:00\n1h\n", false, day + "T09:00:00Z", "", "Start"},
		"a start that is none": {f, api.CreateInput{}, "\ntomorrow\n\n1h\n", false, "", "", "must be a time such as"},
		"too far ahead":        {f, api.CreateInput{}, "\n2999-01-01 09:00\n\n1h\n", false, "", "", "At most 720h0m0s ahead."},
		"by flags":             {f, api.CreateInput{BreakGlass: true, Reason: "x"}, "", true, "", "x", ""},
		"of a flow without":    {plain, api.CreateInput{}, "", false, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			body := tc.flags
			body.Fields = map[string]any{}
			var out bytes.Buffer
			err := tc.of.askAll(&prompter{in: bufio.NewReader(strings.NewReader(tc.typed)), out: &out}, &body, "UTC", nil)
			start := ""
			if !body.StartsAt.IsZero() {
				start = body.StartsAt.UTC().Format(time.RFC3339)
			}
			if err != nil || body.BreakGlass != tc.glass || start != tc.start || body.Reason != tc.reason || !strings.Contains(out.String(), tc.shown) {
				t.Errorf("got %+v (%v) after\n%s", body, err, out.String())
			}
			if tc.shown == "" && out.Len() > 0 {
				t.Errorf("it prompts: %s", out.String())
			}
		})
	}
}
