package hookapi_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// What the SDK lets a hook say, the engine takes: none of it fails the hook, and
// all of it can be seen.
func TestWords_SDKAndEngineAgree(t *testing.T) {
	asked, err := json.Marshal(hookapi.Sample(run.OnDeny, hookapi.Flow{Name: "f"}, nil))
	if err != nil {
		t.Fatal(err)
	}
	odd := rapid.StringOf(rapid.RuneFrom([]rune("a \n\r\t\x00\x1b\u007f\u0085\u00a0\u00ad\u034f\u200b\u200c\u200d\u200e\u2028\u202e\u2066\u2800\u3164\ufe0f\ufeff\U000E0061\U000E0100👩葛")))
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.OneOf(odd, rapid.String(), rapid.Just(strings.Repeat("\u200b", 2000)), rapid.Just(strings.Repeat("é\n", 1001)))
		check := hook.Check{Name: words.Draw(t, "name"), Detail: words.Draw(t, "detail")}
		outcome := rapid.SampledFrom([]hook.FromDeny{hook.Deny(words.Draw(t, "reason")).Because(check), hook.Ignore(words.Draw(t, "message"))}).Draw(t, "outcome")
		flows := hook.Flows{"f": {OnDeny: func(context.Context, *hook.Event) (hook.FromDeny, error) { return outcome, nil }}}
		raw, err := flows.Respond(t.Context(), asked)
		if err != nil {
			t.Fatal(err)
		}
		var said struct{ Errors []struct{ Error string } }
		if err := json.Unmarshal(raw, &said); err != nil {
			t.Fatal(err)
		}
		got := hookapi.CheckResponse(run.OnDeny, "f", raw, 0)
		if len(got.Mistakes) != len(said.Errors) {
			t.Fatalf("the SDK finds %v, the engine %q in %s", said.Errors, got.Mistakes, raw)
		}
		shown := []string{got.Reason}
		for _, c := range got.Checks {
			shown = append(shown, c.Name, c.Detail)
		}
		for _, s := range shown {
			if err := text.CheckLines(s, run.MaxReason); err != nil {
				t.Fatalf("%q of %s: %v", s, raw, err)
			}
		}
	})
}
