package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/fasttrack-dev/fasttrack/api"
)

// mouse presses or releases the mouse in the middle of an element.
func (b *tab) mouse(kind input.MouseType, element string) {
	b.t.Helper()
	var at []float64
	b.run(chromedp.Evaluate(fmt.Sprintf(`(e => { e.scrollIntoView({block: "center"}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })(document.querySelector(%q))`, element), &at))
	b.run(input.DispatchMouseEvent(kind, at[0], at[1]).WithButton(input.Left).WithClickCount(1))
}

// The answer to a call may come in while somebody presses the mouse. Their click counts.
func TestClickWhileThePageChanges(t *testing.T) {
	// came waits until the page has the answers to n calls of its script.
	came := func(b *tab, n int) {
		b.until("the answer", fmt.Sprintf(`performance.getEntriesByType("resource").filter(e => e.initiatorType === "xmlhttprequest").length >= %d && !document.querySelector("[aria-busy]")`, n))
	}
	t.Run("form", func(t *testing.T) {
		b := newTab(t)
		b.hold(desk)
		b.open(serve(t, &canned{responses: withSoftware()}) + "/console/new/software")
		b.run(chromedp.SendKeys(`#f-owner`, "ada@example.com"))
		b.mouse(input.MousePressed, `input[name="f.urgency"][value=High]`) // ends the typing
		came(b, 1)
		b.mouse(input.MouseReleased, `input[name="f.urgency"][value=High]`)
		b.until("the fields of high urgency", `document.querySelector("#f-ticket") !== null && document.querySelector('[name="f.urgency"][value=High]').checked`)
		b.until("the owner as contact", `document.querySelector("#f-contact").value === "ada@example.com"`)
	})
	t.Run("search", func(t *testing.T) {
		list := api.OptionList{Options: []api.Option{{Value: "acme", Label: "Acme"}, {Value: "borealis", Label: "Borealis"}}}
		responses := withSoftware()
		responses["GET /flows/software/fields/application/options"] = list
		b := newTab(t)
		b.hold(desk)
		b.open(serve(t, &canned{responses: responses}) + "/console/new/software")
		b.run(chromedp.Click(`input[name="f.department"][value=Sales]`))
		b.until("applications", `document.querySelector("input[value=acme]") !== null`)
		came(b, 1)
		b.mouse(input.MousePressed, `input[value=acme]`)
		b.run(chromedp.Evaluate(`document.querySelector("#f-application").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}))`, nil))
		came(b, 2)
		b.mouse(input.MouseReleased, `input[value=acme]`)
		b.until("the choice", `document.querySelector("input[value=acme]").checked`)
	})
	t.Run("poll", func(t *testing.T) {
		c := &canned{responses: everyday()}
		b := newTab(t)
		b.hold(desk)
		b.holdTimers()
		b.open(serve(t, c) + "/console/inbox")
		link := fmt.Sprintf(`#inbox a[href$="/requests/%s"]`, requestID(1))
		b.mouse(input.MousePressed, link)
		c.set("GET /requests?view=inbox", api.RequestList{Requests: []api.Request{pending(1)}})
		b.run(chromedp.Evaluate(`due()`, nil))
		came(b, 1)
		b.mouse(input.MouseReleased, link)
		b.until("the request", `location.pathname.endsWith("/requests/`+requestID(1)+`")`)
	})
}

// An evaluation that fails is made again: the form does not stay behind the choice.
func TestFormIsEvaluatedAgain(t *testing.T) {
	c := &canned{responses: withSoftware()}
	b := newTab(t)
	b.expect("502")
	b.open(serve(t, c) + "/console/new/software")
	c.set("GET /me", &api.Problem{Status: 502, Title: "Bad Gateway", Detail: "an upstream is away"})
	b.run(chromedp.Click(`input[name="f.urgency"][value=High]`))
	b.until("the failure", `performance.getEntriesByType("resource").some(e => e.initiatorType === "xmlhttprequest")`)
	if b.js(`document.querySelector("#f-ticket")`) != "null" {
		t.Fatal("the form has the field without an answer")
	}
	c.set("GET /me", withSoftware()["GET /me"])
	b.until("the fields of high urgency", `document.querySelector("#f-ticket") !== null`)
	if where := b.where(); !strings.Contains(where, "/console/new/software ") {
		t.Errorf("the form leads to %s", where)
	}
}
