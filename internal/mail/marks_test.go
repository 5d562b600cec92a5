package mail_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	compose "github.com/fasttrack-dev/fasttrack/internal/mail"
)

// An emergency and an extension are marked in the subject and the table of every mail about
// them, and so on every card in Teams.
func TestMarks(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*deliver.Notice)
		title  string
		rows   []string
	}{
		"an extension": {func(n *deliver.Notice) {
			n.Request.Extends = &api.Extends{ID: "X", StartedAt: ends.Add(-time.Hour), EndsAt: ends}
		}, "Extension: Production read-only for ada@example.com", []string{"access since 29 November 2026, 11:30 UTC, which ends at 29 November 2026, 12:30 UTC without it (request X)"}},
		"an emergency": {func(n *deliver.Notice) {
			n.Request.BreakGlass, n.Request.Decision = &api.BreakGlass{State: api.GlassOpen}, &api.Decision{Event: api.EventApprove}
		}, "Emergency: Production read-only for ada@example.com", []string{"granted at once, nobody decided it; to be reviewed once access has ended"}},
		"an emergency to review": {func(n *deliver.Notice) {
			n.Request.BreakGlass, n.Request.Decision = &api.BreakGlass{State: api.GlassUnreviewed, ReviewBy: ends}, &api.Decision{Event: api.EventApprove}
		}, "Emergency: Production read-only for ada@example.com", []string{"to be reviewed until 29 November 2026, 12:30 UTC"}},
		"a reviewed emergency": {func(n *deliver.Notice) {
			n.Request.BreakGlass, n.Request.Decision = &api.BreakGlass{State: api.GlassReviewed, Review: &api.GlassReview{Verdict: api.Unjustified, By: api.Actor{Email: "linus@example.com"}}}, &api.Decision{Event: api.EventApprove}
		}, "Emergency: Production read-only for ada@example.com", []string{"reviewed by linus@example.com: unjustified"}},
		"neither": {func(n *deliver.Notice) { n.Request.BreakGlass = &api.BreakGlass{State: api.GlassUnused} }, "Production read-only for ada@example.com", nil},
	} {
		for _, kind := range []deliver.Kind{deliver.Outcome, deliver.Decided} {
			n := notice(kind, api.EventEscalate, api.StatusActive)
			tc.change(&n)
			c, notifies := compose.Describe(n)
			m, _ := compose.Compose(n, "example.com")
			if !notifies || c.Title != tc.title || !strings.HasPrefix(m.Subject, "[fasttrack] "+tc.title+": ") {
				t.Errorf("%s: the title is %q, the subject %q", name, c.Title, m.Subject)
			}
			for _, row := range tc.rows {
				if !strings.Contains(m.Text, row) {
					t.Errorf("%s: %q is missing of:\n%s", name, row, m.Text)
				}
			}
			if tc.rows == nil && (strings.Contains(m.Text, "Emergency:") || strings.Contains(m.Text, "Extends:")) {
				t.Errorf("%s: it is marked:\n%s", name, m.Text)
			}
		}
	}
	looked := notice(deliver.Outcome, api.EventRevoke, api.StatusRevoked)
	looked.Event.Entry.Actor = api.Actor{Type: api.ActorHook, ID: "while_active"}
	if m, _ := compose.Compose(looked, "example.com"); !strings.HasSuffix(m.Subject, "access was revoked by a second look") {
		t.Errorf("the subject is %q", m.Subject)
	}
}
