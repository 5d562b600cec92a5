package approve_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A hook that stops a deny stops an admin's override of it no more.
func TestOverride(t *testing.T) {
	root := run.Person{ID: "root@example.com", Email: "root@example.com"}
	for name, tc := range map[string]struct {
		who         run.Person
		event, body string
		status      int
		detail      string
	}{
		"an admin's deny":      {root, "deny", `{"reason":"an incident","override":true}`, 200, `"verdict":"ignore"`},
		"without override":     {root, "deny", `{"reason":"an incident"}`, 403, "not now"},
		"an approver's":        {grace, "deny", `{"reason":"an incident","override":true}`, 403, "Only an admin"},
		"without a reason":     {root, "deny", `{"override":true}`, 400, "reason"},
		"of another type":      {root, "deny", `{"reason":"an incident","override":"yes"}`, 400, "override"},
		"an approve":           {root, "approve", `{"reason":"an incident","override":true}`, 403, "nobody override on_approve"},
		"a cancel has no hook": {root, "cancel", `{"override":true}`, 400, "override"},
	} {
		t.Run(name, func(t *testing.T) {
			w := pending(t, `"on_deny","on_approve"`)
			w.who, w.answer = tc.who, `{"transition":"ignore","message":"not now"}`
			status, out := w.do(t, tc.event, tc.body)
			raw, err := json.Marshal(out)
			if err != nil {
				t.Fatal(err)
			}
			if status != tc.status || !strings.Contains(string(raw), tc.detail) {
				t.Errorf("got %d %s, want %d with %q", status, raw, tc.status, tc.detail)
			}
		})
	}
}
