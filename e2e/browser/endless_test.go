package browser

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/fasttrack-dev/fasttrack/api"
)

// confirmEvery is how often access without an end is confirmed here.
const confirmEvery = 90 * 24 * time.Hour

// withoutEnd is an API whose caller may join a team for a day, or until that is revoked.
func withoutEnd() map[string]any {
	m := me()
	team := software
	team.Name, team.Label, team.Description = "team", "Team membership", "Join a team, or be its guest."
	team.Fields = []api.Field{{Name: "target", Type: api.FieldTarget, Label: "Team", Required: true}}
	team.Targets = []api.Target{{ID: "web", Label: "Web"}, {ID: "payments", Label: "Payments"}}
	team.DurationsSeconds, team.UntilRevoked, team.ConfirmEverySeconds = []int{8 * 3600}, true, int(confirmEvery.Seconds())
	m.Flow = &team
	return map[string]any{"GET /me": m}
}

// endless is access of Grace's that lasts until it is revoked, so long before its next end.
func endless(n int, left time.Duration) api.Request {
	r := active(n, true)
	granted := now.Add(left - confirmEvery)
	r.Flow, r.FlowLabel, r.Title, r.Reason = "team", "Team membership", "Payments", "I move to the team."
	r.CreatedAt, r.DurationSeconds, r.UntilRevoked = granted.Add(-time.Hour), int(confirmEvery.Seconds()), true
	r.FieldsShown = r.FieldsShown[:1]
	r.FieldsShown[0].Label, r.FieldsShown[0].Shown = "Team", "Payments"
	r.Access = &api.Access{StartsAt: granted, EndsAt: now.Add(left), Given: "The group has the member."}
	r.Decision.By, r.Decision.At, r.Decision.Checks = user(ada), granted, []api.Check{}
	r.Decision.Reason = "Welcome."
	r.History = r.History[:1]
	r.History[0].At, r.History[0].Reason = r.CreatedAt, r.Reason
	r = then(r, granted, api.EventApprove, user(ada), api.StatusApproved, "Welcome.")
	r = then(r, granted, api.EventEscalate, engine, api.StatusActive, "")
	may := api.ConfirmAllowed{May: true, From: now.Add(left - confirmEvery/2), Until: now.Add(left - 15*time.Minute)}
	if now.Before(may.From) {
		may.May, may.Why = false, "It is too early to confirm this access: it may be confirmed from "+may.From.Format(time.RFC3339)+"."
	}
	r.You.Confirm = &may
	return r
}

// confirmedOnce is such access that was confirmed a month ago, and may not be again yet.
func confirmedOnce(n int) api.Request {
	r := endless(n, 60*24*time.Hour)
	r.Access.StartsAt, r.Access.ConfirmedAt = r.Access.StartsAt.Add(-50*24*time.Hour), now.Add(-30*24*time.Hour)
	for i := range r.History {
		r.History[i].At = r.History[i].At.Add(-50 * 24 * time.Hour)
	}
	r.CreatedAt, r.Decision.At = r.History[0].At, r.History[1].At
	r = then(r, r.Access.ConfirmedAt, api.EventConfirm, user(grace), api.StatusActive, "Still in the team.")
	r.History[len(r.History)-1].EndsAt = r.Access.EndsAt
	return r
}

// unconfirmed is such access of whose end Grace was reminded.
func unconfirmed(n int) api.Request {
	r := endless(n, 6*24*time.Hour)
	at := r.Access.EndsAt.Add(-7 * 24 * time.Hour)
	r = then(r, at, api.EventRemind, engine, api.StatusActive, "")
	last := &r.History[len(r.History)-1]
	last.To, last.EndsAt = []string{grace.Email}, r.Access.EndsAt
	return r
}

// A person who has a keyboard alone requests access until it is revoked, and confirms it:
// with script, and without.
func TestConfirmByKeyboard(t *testing.T) {
	for name, script := range map[string]bool{"with script": true, "without script": false} {
		t.Run(name, func(t *testing.T) {
			responses := everyday()
			responses["GET /me"] = withoutEnd()["GET /me"]
			responses["POST /requests"] = endless(1, confirmEvery)
			responses["GET /requests/"+requestID(1)] = unconfirmed(1)
			responses["POST /requests/"+requestID(1)+"/confirm"] = confirmedOnce(1)
			c := &canned{responses: responses}
			b := newTab(t)
			b.hold(desk)
			b.run(emulation.SetScriptExecutionDisabled(!script))
			b.open(serve(t, c) + "/console/new/team")
			b.tabTo(`e.name === "f.target"`)
			b.run(chromedp.KeyEvent(" "))
			b.tabTo(`e.name === "duration"`)
			b.run(chromedp.KeyEvent(kb.ArrowRight))
			b.tabTo(`e.name === "reason"`)
			b.run(chromedp.KeyEvent("I move"))
			b.tabTo(`e.tagName === "BUTTON" && e.textContent.trim() === "Send request"`)
			b.enter(says + `("It ends unless you confirm")`)
			if sent := c.sent("POST /requests"); !strings.Contains(sent, `"until_revoked":true`) || strings.Contains(sent, "duration_seconds") {
				t.Errorf("it sends %s", sent)
			}

			b.tabTo(`e.tagName === "SUMMARY" && e.textContent.includes("Confirm that you still need it")`)
			b.run(chromedp.KeyEvent(kb.Enter))
			b.tabTo(`e.id === "r-confirm"`)
			b.run(chromedp.KeyEvent("Still there"))
			b.tabTo(`e.tagName === "BUTTON" && e.textContent.trim() === "Confirm"`)
			c.set("GET /requests/"+requestID(1), confirmedOnce(1))
			b.enter(says + `("Last confirmed at")`)
			if sent := c.sent("POST /requests/" + requestID(1) + "/confirm"); !strings.Contains(sent, `"note":"Still there"`) {
				t.Errorf("it sends %s", sent)
			}
			if script {
				b.accessible() // axe-core is a script too
			}
		})
	}
}
