package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What the kit says about hook functions that are wrong, each in its own way.
func TestHooksCheck(t *testing.T) {
	type asked struct {
		Version, Hook string
		Event         struct{ Channel string }
		Tomorrow      any `json:"a_member_of_tomorrow"`
	}
	good := `{"version":"1","subscriptions":["on_request","on_approve"]}`
	calls := 0
	for name, tc := range map[string]struct {
		answer func(a asked) (int, string)
		want   []string
		wrong  bool
	}{
		"a good one": {func(a asked) (int, string) {
			if a.Version != "1" {
				return 500, ""
			}
			return 200, good
		}, []string{"25 cases, 0 wrong"}, false},
		"one that doesn't look at the version": {func(asked) (int, string) { return 200, good }, []string{"it answers; to fail is better"}, false},
		"without subscriptions":                {func(asked) (int, string) { return 200, `{}` }, []string{"it has no subscriptions"}, false},
		"backward": {func(a asked) (int, string) {
			if a.Hook == "on_escalate" {
				return 200, `{"transition":"deny","reason":"too late"}`
			}
			return 200, `{}`
		}, []string{"WRONG  on_escalate", `on_escalate gave an invalid answer`}, true},
		"an unknown member": {func(asked) (int, string) { return 200, `{"decision":"approve"}` }, []string{"decision: there is no such member"}, true},
		"no JSON":           {func(asked) (int, string) { return 200, `yes` }, []string{"a JSON object was expected"}, true},
		"too long for":      {func(asked) (int, string) { return 200, `{"transition":"approve","duration_seconds":7200}` }, []string{"7200"}, true},
		"one that fails":    {func(asked) (int, string) { return 502, `` }, []string{"it failed: 502 Bad Gateway"}, true},
		"one that chokes on what is new": {func(a asked) (int, string) {
			if a.Tomorrow != nil {
				return 500, ""
			}
			return 200, good
		}, []string{"WRONG  on_request, with a member that is not known yet"}, true},
		"one that changes its mind": {func(a asked) (int, string) {
			if a.Hook == "on_request" {
				calls++
				return 200, fmt.Sprintf(`{"transition":%q}`, []string{"approve", "deny"}[calls%2])
			}
			return 200, `{}`
		}, []string{"must stand it"}, true},
		"one that would not be asked": {func(a asked) (int, string) {
			if a.Hook == "on_deny" {
				return 200, `{"transition":"ignore","message":"no"}`
			}
			return 200, good
		}, []string{"it is not among its subscriptions"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var a asked
				if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
					t.Error(err)
				}
				status, body := tc.answer(a)
				w.WriteHeader(status)
				_, _ = io.WriteString(w, body)
			}))
			defer server.Close()
			code, out, messages := process(t, nil).runs(t.Context(), "hooks", "check", server.URL, "--with-guards", "--flow", "aws-access", "--flows", "../../flows.yaml")
			if (code != exitDone) != tc.wrong {
				t.Errorf("it exits %d: %s", code, messages)
			}
			for _, want := range tc.want {
				if !strings.Contains(out, want) {
					t.Errorf("%q is not in:\n%s", want, out)
				}
			}
		})
	}
}
