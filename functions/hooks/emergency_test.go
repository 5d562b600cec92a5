package main

import (
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

func TestEmergency(t *testing.T) {
	t.Setenv("FASTTRACK_SECRET_PAGERDUTY_TOKEN", "k")
	open := serve(t, map[string]string{"GET /incidents": `{"incidents": [{"id": "Q1"}]}`})
	closed := serve(t, map[string]string{"GET /incidents": `{"incidents": []}`, "GET /services/P123": `{"service": {"id": "P123"}}`})
	gone := serve(t, nil)
	for name, tc := range map[string]struct {
		url      string
		by       hooktest.Option
		asked    string // what on_request says
		lookedAt string // what while_active says
	}{
		"an incident":      {open, byHook, "approve: Checkout has an open incident.", "continue"},
		"none any more":    {closed, byHook, "continue", "revoke: The incident of Checkout is closed."},
		"no PagerDuty":     {gone, byHook, "PagerDuty has no /incidents: 404", "PagerDuty has no /incidents: 404"},
		"people approved":  {closed, hooktest.Actor("approve", "linus@example.com"), "continue", "continue"},
		"people, and gone": {gone, hooktest.Actor("approve", "linus@example.com"), "PagerDuty has no /incidents: 404", "continue"},
	} {
		t.Run(name, func(t *testing.T) {
			options := []hooktest.Option{hooktest.Var("pagerduty_url", tc.url), hooktest.Target("target", "checkout", "Checkout", map[string]any{"service": "P123"})}
			expect(t, approveDuringIncident, hooktest.Event(options...), tc.asked)
			got, err := revokeAfterIncident(t.Context(), hooktest.Event(append(options, hooktest.Hook("while_active"), tc.by)...))
			if said := words(got, err); said != tc.lookedAt {
				t.Errorf("while_active: got %s, want %s", said, tc.lookedAt)
			}
		})
	}
}

// byHook says that a hook has approved the request.
func byHook(document map[string]any) {
	document["run"].(map[string]any)["actors"].(map[string]any)["approve"] = map[string]any{"type": "hook", "id": "on_request"}
}
