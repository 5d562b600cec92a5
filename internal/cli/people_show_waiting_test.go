package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
)

func TestApprovalsOf(t *testing.T) {
	const listOfTwo = `[{"from":"group:security","count":1},{"from":"group:sre","count":2}]`
	for name, tc := range map[string]struct{ approvals, approvedBy, waiting, want string }{
		"one is enough":         {`1`, `[]`, `[{"from":"group:sre","count":1,"have":[]}]`, ""},
		"a number":              {`2`, `[{"id":"a"}]`, `[{"from":"group:sre","count":2,"have":["a"]}]`, "1 of 2"},
		"one that lapsed":       {`2`, `[{"id":"a"}]`, `[{"from":"group:sre","count":2,"have":[]}]`, "0 of 2"},
		"of two groups":         {listOfTwo, `[{"id":"a"},{"id":"b"}]`, `[{"from":"group:security","count":1,"have":[]}]`, "2 of 3, security missing"},
		"of both groups":        {listOfTwo, `[{"id":"a"}]`, `[{"from":"group:security","count":1,"have":[]},{"from":"group:sre","count":2,"have":["a"]}]`, "1 of 3, security and sre missing"},
		"sent to the admins":    {`2`, `[]`, `[{"from":"admins","count":1,"have":[]}]`, "admins missing"},
		"of an earlier release": {listOfTwo, `[{"id":"a"}]`, ``, "1 of 3"},
	} {
		t.Run(name, func(t *testing.T) {
			waiting := ""
			if tc.waiting != "" {
				waiting = `,"waiting_for":` + tc.waiting
			}
			var v api.Request
			if err := json.Unmarshal(fmt.Appendf(nil, `{"status":"pending","review":{"approvers":["group:sre"],"approvals":%s,"approved_by":%s}%s}`, tc.approvals, tc.approvedBy, waiting), &v); err != nil {
				t.Fatal(err)
			}
			if got := approvalsOf(v); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

// show says whom a request waits for, what the caller may do, and what fails.
func TestShow_Waiting(t *testing.T) {
	var v api.Request
	if err := json.Unmarshal([]byte(`{"id":"X","status":"pending","flow":"f","requester":{"id":"ada"},
		"waiting_for":[{"from":"group:security","count":1,"people":["kim@example.com"],"have":[]},{"from":"approvers","count":3,"people":[],"more":true,"have":["a"]}],
		"you":{"approve":{"may":true,"reason_required":false},"deny":{"may":true,"reason_required":true},"cancel":{"may":false,"why":"x"},"revoke":{"may":false,"why":"x"}},
		"last_error":{"at":"2026-11-23T10:00:00Z","where":"on_request","text":"it does not respond\u001b[2J"}}`), &v); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	printRun(&out, v)
	for _, want := range []string{
		"\n  waits for  1 more of group:security (kim@example.com)\n", "\n  waits for  2 more of its approvers (…)\n",
		"\n  you may    approve, deny (with a reason)\n", "\n  ! on_request it does not respond",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Errorf("an escape reaches the terminal: %q", out.String())
	}
}
