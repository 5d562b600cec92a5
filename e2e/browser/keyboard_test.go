package browser

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tabTo presses Tab until the element that has the focus, e, is the one that the script
// says, which must be visible and show that it has the focus.
func (b *tab) tabTo(script string) {
	b.t.Helper()
	for range 120 {
		b.run(chromedp.KeyEvent(kb.Tab))
		if b.js(`(() => { const e = document.activeElement; return !!e && e !== document.body && (`+script+`); })()`) != "true" {
			continue
		}
		if got := b.js(`(() => { const e = document.activeElement, shown = e.closest("label.choice") || e, s = getComputedStyle(shown), r = shown.getBoundingClientRect();
			return r.width > 0 && r.bottom > 0 && r.top < innerHeight && s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2; })()`); got != "true" {
			b.t.Errorf("the focus is not to be seen on %s", b.js(`document.activeElement.outerHTML.slice(0, 160)`))
		}
		return
	}
	b.t.Fatalf("Tab does not lead to %s\nat %s, on %s", script, b.where(), b.js(`document.activeElement.outerHTML.slice(0, 160)`))
}

// press presses Enter, and waits for the page that follows.
func (b *tab) press(key, then string) {
	b.t.Helper()
	b.run(chromedp.Evaluate(`window.before = true`, nil), chromedp.KeyEvent(key))
	b.until("a new page on which "+then, `!window.before && document.readyState === "complete" && (`+then+`)`)
}

func (b *tab) enter(then string) { b.t.Helper(); b.press(kb.Enter, then) }

// accessible fails the test if axe-core finds something wrong on the page.
func (b *tab) accessible() {
	b.t.Helper()
	if axe() == "" {
		return // TestPages says what to install
	}
	for _, v := range b.violations() {
		b.t.Errorf("at %s: %s", b.where(), v)
	}
}

const (
	says   = `document.querySelector("main").innerText.includes`
	titled = `document.title.startsWith`
)

// reloadUntil opens the page again until a script says that it shows what it should:
// where no script runs in the page, a person reloads.
func (b *tab) reloadUntil(what, script string) {
	b.t.Helper()
	end := time.Now().Add(30 * time.Second)
	for b.js(script) != "true" {
		if time.Now().After(end) {
			b.t.Fatalf("not in time: %s\nat %s: %s", what, b.where(), b.js(`document.querySelector("main").innerText`))
		}
		time.Sleep(100 * time.Millisecond)
		b.run(chromedp.Reload())
	}
}

// A person who has a keyboard alone requests access, another approves it, and ends it:
// with script, and without.
func TestKeyboardAlone(t *testing.T) {
	for name, script := range map[string]bool{"with script": true, "without script": false} {
		t.Run(name, func(t *testing.T) {
			b := newTab(t)
			url := makeRun(t)
			b.hold(desk)
			b.run(emulation.SetScriptExecutionDisabled(!script))
			b.open(url + "/")

			if script {
				b.accessible() // axe-core is a script too
			}
			b.tabTo(`e.value === "ada@example.com"`)
			b.enter(titled + `("Home")`)
			b.run(chromedp.KeyEvent(kb.Tab))
			if got := b.js(`document.activeElement.textContent`); got != "Skip to the content" {
				t.Errorf("the first thing that has the focus is %q", got)
			}
			b.tabTo(`e.tagName === "A" && e.textContent.includes("New request")`)
			b.enter(titled + `("New request")`)
			b.tabTo(`e.tagName === "A" && e.textContent === "AWS access"`)
			b.enter(says + `("For how long")`)
			b.tabTo(`e.name === "f.target"`)
			b.run(chromedp.KeyEvent(kb.ArrowDown))
			b.tabTo(`e.name === "duration"`)
			b.run(chromedp.KeyEvent(kb.ArrowRight))
			b.tabTo(`e.name === "reason"`)
			b.run(chromedp.KeyEvent("Look at the replication lag"))
			b.tabTo(`e.tagName === "BUTTON" && e.textContent.trim() === "Send request"`)
			b.enter(says + `("Look at the replication lag")`)
			if script {
				b.accessible() // axe-core is a script too
			}
			request := b.js(`location.pathname`)
			b.reloadUntil("the request waits for people", says+`("Waiting")`)

			b.tabTo(`e.getAttribute("aria-label") === "Sign out"`)
			b.enter(titled + `("Who are you")`)
			b.tabTo(`e.value === "grace@example.com"`)
			b.enter(titled + `("Home")`)
			b.tabTo(`e.tagName === "A" && e.textContent.trim().startsWith("Inbox")`)
			b.enter(`location.pathname.endsWith("/inbox")`)
			b.tabTo(`e.pathname === "` + request + `"`)
			b.enter(says + `("Your decision")`)
			b.tabTo(`e.name === "reason"`)
			b.run(chromedp.KeyEvent("Fine"))
			b.tabTo(`e.tagName === "BUTTON" && e.textContent.trim() === "Approve"`)
			b.enter(says + `("grace@example.com")`)
			b.reloadUntil("access is live", says+`("Access live")`)

			if script {
				b.accessible() // axe-core is a script too
			}
			b.tabTo(`e.tagName === "SUMMARY" && e.textContent.includes("End access now")`)
			b.run(chromedp.KeyEvent(kb.Enter))
			b.tabTo(`e.name === "reason"`)
			b.run(chromedp.KeyEvent("Not needed"))
			b.tabTo(`e.tagName === "BUTTON" && e.textContent.trim() === "End access now"`)
			b.enter(says + `("Not needed")`)
			b.reloadUntil("access is revoked", says+`("Revoked")`)
		})
	}
}
