package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/fasttrack-dev/fasttrack/api"
)

// holdTimers has long timers of the page wait for [tab.due], and lets a test hide the
// tab. Their waits are in the array waits, in milliseconds.
func (b *tab) holdTimers() {
	b.t.Helper()
	b.run(chromedp.ActionFunc(func(ctx actionContext) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(`(() => {
			const real = window.setTimeout;
			window.waits = []; window.due = () => {};
			window.setTimeout = (f, ms, ...args) => {
				if (!(ms >= 2000)) return real(f, ms, ...args);
				waits.push(Math.round(ms)); window.due = () => { window.due = () => {}; f(...args); };
				return real(() => {}, 0);
			};
			let hidden = false;
			Object.defineProperty(document, "hidden", {get: () => hidden});
			window.hide = h => { hidden = h; document.dispatchEvent(new Event("visibilitychange")); };
		})()`).Do(ctx)
		return err
	}))
}

// due lets the last long timer end, and waits for the next.
func (b *tab) due() {
	b.t.Helper()
	n := b.js(`waits.length`)
	b.run(chromedp.Evaluate(`due()`, nil))
	b.until("the next poll is planned", `waits.length > `+n)
}

// A page that nobody changes is fetched less and less often, at most every 2 minutes;
// a hidden one never; one that is looked at again at once.
func TestPollingIsPolite(t *testing.T) {
	c := &canned{responses: everyday()}
	b := newTab(t)
	b.expect("404") // of the call that the test makes
	b.holdTimers()
	b.open(serve(t, c) + "/console/inbox")
	for range 7 {
		b.due()
	}
	if got := b.js(`waits.join(" ")`); got != "20000 30000 45000 67500 101250 120000 120000 120000" {
		t.Errorf("the waits are %s", got)
	}
	b.run(chromedp.Evaluate(`hide(true)`, nil))
	before := c.count()
	// A poll would come in before the call that the test makes.
	b.run(chromedp.Evaluate(`due()`, nil), chromedp.Evaluate(`fetch("/console/static/none/none")`, nil, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	if n := c.count() - before; n > 0 {
		t.Errorf("a hidden tab made %d calls", n)
	}
	b.run(chromedp.Evaluate(`Date.now = (real => () => real() + 60000)(Date.now)`, nil), chromedp.Evaluate(`hide(false)`, nil))
	b.until("the page is fetched again", `waits.length === 9`)
	if c.count() == before {
		t.Error("no call came in")
	}
}

// What is new is shown; what somebody types, and where they are, stays.
func TestPollingKeepsWhatIsTyped(t *testing.T) {
	responses := everyday()
	c := &canned{responses: responses}
	b := newTab(t)
	b.holdTimers()
	b.open(serve(t, c) + "/console/requests/" + requestID(1))
	b.run(chromedp.SendKeys(`textarea[name="reason"]`, "I looked at", chromedp.ByQuery))
	c.set("GET /requests/"+requestID(1), then(pending(1), ago(0), api.EventApprove, user(margaret), api.StatusPending, "Seen by Margaret"))
	b.due()
	b.until("what is new is shown", `document.querySelector("main").innerText.includes("Seen by Margaret")`)
	if typed := b.js(`document.querySelector('textarea[name="reason"]').value`); typed != "I looked at" {
		t.Errorf("what was typed is %q", typed)
	}
	if at := b.js(`document.activeElement.name`); at != "reason" {
		t.Errorf("the focus is on %q", at)
	}
	// A decision that somebody else made is shown as such, and what was typed is not sent.
	if made := c.made(); len(made) > 0 {
		t.Errorf("calls %v", made)
	}
}

// A session that ends while a page is open is said, with a link to sign in.
func TestPollingEndsWithTheSession(t *testing.T) {
	c := &canned{responses: everyday()}
	b := newTab(t)
	b.expect("401")
	b.holdTimers()
	b.open(serve(t, c) + "/console/inbox")
	c.set("GET /me", &api.Problem{Status: 401, Title: "Unauthorized", Detail: "the token has expired"})
	b.run(chromedp.Evaluate(`due()`, nil))
	b.until("the page says that the session is over", `(e => e && !e.hidden && e.getClientRects().length > 0)(document.getElementById("session-over"))`)
	if link := b.js(`document.querySelector("#session-over a")?.getAttribute("href")`); !strings.HasPrefix(link, "/console/sign-in") {
		t.Errorf("it links to %q", link)
	}
	if n := b.js(`document.querySelectorAll("#inbox li, .rows li").length`); n == "0" {
		t.Error("the list is gone")
	}
}
