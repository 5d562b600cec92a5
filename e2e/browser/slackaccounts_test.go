package browser

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/console"
)

// slackAccount is an account of a person in Slack.
func slackAccount(n int, who, name string) api.SlackAccount {
	user := "U0456EFG" + string(rune('A'+n))
	return api.SlackAccount{
		ID: "T0123ABCD-" + user, Team: "T0123ABCD", User: user, Workspace: "Example Bank", Name: name, Email: who,
		Person: api.Person{ID: who, Email: who, Name: name}, Linked: true, LinkedAt: ago(time.Duration(n+1) * 26 * time.Hour), FirstUse: n == 1,
	}
}

// withSlack is an API of a deployment with Slack, where these accounts are linked.
func withSlack(admin bool, accounts ...api.SlackAccount) map[string]any {
	who := me()
	who.Slack, who.Admin = true, admin
	if accounts == nil {
		accounts = []api.SlackAccount{}
	}
	asked := slackAccount(0, "grace@example.com", "Grace")
	asked.Linked, asked.LinkedAt = false, time.Time{}
	return map[string]any{"GET /me": who, "GET /slack-accounts": api.SlackAccountList{Accounts: accounts}, "POST /slack-accounts": asked}
}

// refusedCode is an API that does not know a code.
func refusedCode() map[string]any {
	all := withSlack(false)
	all["POST /slack-accounts"] = &api.Problem{Type: api.ProblemNotFound, Status: 404, Title: "Not Found",
		Detail: "Unknown code, or it is not yours. A code works once, within 10 minutes. Type /fasttrack link in Slack for a new one."}
	return all
}

// enterCode types a code into the page and sends it.
const enterCode = `document.querySelector("#code").value = "abcd-efgh"; document.querySelector("#code").form.requestSubmit()`

// Slack leads to the page with the code as the fragment of the address: it is filled in and
// taken off the address, no server gets it, and nothing is sent before the person presses
// the button. The keyboard alone links the account, and unlinks it; without script too.
func TestSlackAccountByKeyboard(t *testing.T) {
	for name, script := range map[string]bool{"with script": true, "without script": false} {
		t.Run(name, func(t *testing.T) {
			c := &canned{responses: everyday()}
			for call, v := range withSlack(false) {
				c.responses[call] = v
			}
			url := serve(t, c) + console.Base + "/slack"
			b := newTab(t)
			b.hold(desk)
			b.run(emulation.SetScriptExecutionDisabled(!script))
			b.open(url + "#ABCD-EFGH")
			if script {
				b.until("the code is filled in", `document.querySelector("#code").value === "ABCD-EFGH" && location.hash === "" && document.activeElement.id === "code"`)
			} else {
				b.tabTo(`e.id === "code"`)
				b.run(chromedp.KeyEvent("abcd-efgh"))
			}
			if made := c.made(); len(made) > 0 {
				t.Errorf("opening the page made the calls %v", made)
			}
			b.enter(titled + `("Link this Slack account?")`)
			linked := slackAccount(0, "grace@example.com", "Grace")
			c.set("POST /slack-accounts", linked)
			c.set("GET /slack-accounts", api.SlackAccountList{Accounts: []api.SlackAccount{linked}})
			b.tabTo(`e.tagName === "BUTTON" && e.textContent === "Link this account"`)
			b.enter(says + `("is linked to you")`)
			if at := b.js("location.href"); regexp.MustCompile(`(?i)abcd`).MatchString(at) {
				t.Errorf("the code is in the address %s", at)
			}
			c.set("POST /slack-accounts/"+linked.ID+"/unlink", linked)
			b.tabTo(`e.tagName === "SUMMARY" && e.textContent.includes("Unlink")`)
			b.run(chromedp.KeyEvent(kb.Enter))
			b.tabTo(`e.tagName === "BUTTON" && e.textContent === "Unlink"`)
			b.enter(says + `("no longer linked")`)
			if made := strings.Join(c.made(), "; "); made != "POST /slack-accounts; POST /slack-accounts; POST /slack-accounts/"+linked.ID+"/unlink" {
				t.Errorf("made %s", made)
			}
		})
	}
}
