package browser

import (
	"testing"

	"github.com/chromedp/cdproto/network"

	"github.com/fasttrack-dev/fasttrack/internal/console"
)

// A flow that code hides from somebody is in no list of theirs, and its form is unknown.
func TestFlowsHiddenByCode(t *testing.T) {
	url := makeRun(t)
	const listed = `[...document.querySelectorAll("main a")].some(e => e.textContent.includes("New package"))`
	for who, sees := range map[string]bool{"ada@example.com": true, "mallory@elsewhere.example": false} {
		b := newTab(t)
		b.hold(desk)
		b.run(network.SetCookie("fasttrack-who", who).WithURL(url).WithPath(console.Base))
		for _, page := range []string{"/new", "/flows"} {
			b.open(url + console.Base + page)
			b.until("the flows of "+who+" at "+page, `[...document.querySelectorAll("main a")].some(e => e.textContent.includes("Everything goes"))`)
			if got := b.js(listed); (got == "true") != sees {
				t.Errorf("%s at %s: the flow is listed: %s, want %v", who, page, got, sees)
			}
		}
		if !sees {
			b.expect("404")
		}
		b.open(url + console.Base + "/new/safelist")
		if got := b.js(`document.querySelector('[name="f.package"]') !== null`); (got == "true") != sees {
			t.Errorf("%s: the form is there: %s, want %v", who, got, sees)
		}
	}
}
