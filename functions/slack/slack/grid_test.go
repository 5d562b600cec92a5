package slack_test

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
)

// In an Enterprise Grid the organization may be on the list, or a workspace: Slack may name
// either, or both.
func TestEnterpriseGrid(t *testing.T) {
	names := func(team, enterprise any) fakeslack.Change {
		return func(d *fakeslack.Delivery) {
			if d.Form != nil {
				for name, id := range map[string]any{"team_id": team, "enterprise_id": enterprise} {
					d.Form.Del(name)
					if s, is := id.(string); is {
						d.Form.Set(name, s)
					}
				}
				return
			}
			for name, id := range map[string]any{"team": team, "enterprise": enterprise} {
				d.Payload[name] = nil
				if s, is := id.(string); is {
					d.Payload[name] = map[string]any{"id": s}
				}
			}
		}
	}
	grid := fakeslack.User{ID: "U0GRACE", Name: "Grace", Email: "grace@example.com", Team: "T0BRANCH", Enterprise: "E0GRID"}
	ours := fakeslack.User{ID: "U0GRACE", Name: "Grace", Email: "grace@example.com", Enterprise: "E0OTHER"}
	other := fakeslack.User{ID: "U0GRACE", Name: "Grace", Email: "grace@example.com", Team: "T0BRANCH", Enterprise: "E0OTHER"}
	for name, tc := range map[string]struct {
		user   fakeslack.User
		says   fakeslack.Change
		home   string // in which the engine knows the user; "" for a refusal
		called bool   // Slack is called for the user
	}{
		"of the organization":                       {grid, names("T0BRANCH", "E0GRID"), "E0GRID", true},
		"of the organization, without a workspace":  {grid, names(nil, "E0GRID"), "E0GRID", true},
		"of our workspace in another organization":  {ours, names(fakeslack.Team, "E0OTHER"), fakeslack.Team, true},
		"of our workspace, without an organization": {ours, names(fakeslack.Team, nil), fakeslack.Team, true},
		"of another organization":                   {other, names("T0BRANCH", "E0OTHER"), "", false},
		"of nothing":                                {other, names(nil, nil), "", false},
		"of another, and the call names ours":       {other, names(nil, "E0GRID"), "", true},
		"of another, and the call names our team":   {other, names(fakeslack.Team, nil), "", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.slack.SetUser(tc.user)
			if ack := w.slack.Command("U0GRACE", "C0GENERAL", "a", tc.says); !ack.OK() {
				t.Fatalf("the command: %d (%v)", ack.Status, ack.Err)
			}
			if got := w.slack.Calls()["users.info"] > 0; got != tc.called {
				t.Errorf("Slack was asked who it is: %v", got)
			}
			if w.homes["U0GRACE"] != tc.home {
				t.Fatalf("the engine knows the user in %q, want %q", w.homes["U0GRACE"], tc.home)
			}
			w.slack.Click("U0GRACE", w.message(), "deny", tc.says)
			if tc.home == "" {
				if len(w.calls) > 0 {
					t.Errorf("a click reaches the engine: %v", w.calls)
				}
				return
			}
			// Who opened a form may submit it, and no one of another organization.
			form, open := w.slack.OpenView("U0GRACE")
			if !open || form.Head().CallbackID != "act" {
				t.Fatalf("no form for a reason is open: %s", form.Words())
			}
			ack := w.slack.Submit("U0GRACE", form.ID, fakeslack.Values{"reason": "no"}, names("T0ELSEWHERE", "E0ELSEWHERE"))
			if len(w.acts()) > 0 || !strings.Contains(string(ack.Body), "not yours") {
				t.Errorf("of elsewhere: %s, acts %v", ack.Body, w.acts())
			}
			w.slack.Click("U0GRACE", w.message(), "deny", tc.says)
			form, _ = w.slack.OpenView("U0GRACE")
			w.slack.Submit("U0GRACE", form.ID, fakeslack.Values{"reason": "no"}, tc.says)
			if got := w.acts(); len(got) != 1 {
				t.Errorf("acts %v, want one", got)
			}
		})
	}
}
