package browser

import (
	"fmt"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// screen is what a person has set and holds.
type screen struct {
	scheme string // light or dark
	width  int64
	height int64
	// features are further media features, such as forced-colors=active.
	features map[string]string
}

var (
	desk  = screen{scheme: "light", width: 1280, height: 800}
	night = screen{scheme: "dark", width: 1280, height: 800}
	phone = screen{scheme: "light", width: 375, height: 812}
	dusk  = screen{scheme: "dark", width: 375, height: 812}
)

// hold has the tab shown on a screen.
func (b *tab) hold(s screen) {
	b.t.Helper()
	media := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: s.scheme}}
	for name, value := range s.features {
		media = append(media, &emulation.MediaFeature{Name: name, Value: value})
	}
	b.run(emulation.SetDeviceMetricsOverride(s.width, s.height, 1, s.width < 720), emulation.SetEmulatedMedia().WithFeatures(media),
		emulation.SetTimezoneOverride("Europe/Berlin"))
}

// open opens a page, and waits until it stands.
func (b *tab) open(url string) {
	b.t.Helper()
	b.run(chromedp.Navigate(url))
}

// stopClock has scripts of the page believe that it is the time of every picture.
func (b *tab) stopClock() {
	b.t.Helper()
	b.run(chromedp.ActionFunc(func(ctx actionContext) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(fmt.Sprintf(`(() => {
			const Real = Date, at = %d;
			window.Date = class extends Real { constructor(...a) { super(...(a.length ? a : [at])); } static now() { return at; } };
		})()`, now.UnixMilli())).Do(ctx)
		return err
	}))
}

// overflows returns what is wider than the screen.
func (b *tab) overflows() string {
	b.t.Helper()
	return b.js(`(() => {
		const wide = innerWidth;
		if (document.documentElement.scrollWidth <= wide) return "";
		return [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > wide + 1).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join("; ") || "the page";
	})()`)
}

// moves returns what moves by itself or by degrees.
func (b *tab) moves() string {
	b.t.Helper()
	return b.js(`[...document.querySelectorAll("body *")].filter(e => { const s = getComputedStyle(e);
		return s.transitionDuration.split(",").concat(s.animationDuration.split(",")).some(d => parseFloat(d) > 0.001); }).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join("; ")`)
}

// blends returns what has no edge where the person's own colours
// take the place of the page's: neither a border nor an outline.
func (b *tab) blends() string {
	b.t.Helper()
	return b.js(`[...document.querySelectorAll(".button, .pill, .card, input:not([type=hidden]), textarea, select")].filter(e => {
		const s = getComputedStyle(e);
		return e.getClientRects().length && !["radio", "checkbox"].includes(e.type) && (s.borderStyle === "none" || parseFloat(s.borderTopWidth) === 0) && s.outlineStyle === "none"; }).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join("; ")`)
}

// small returns what is less than 24 by 24 points to hit, and no link in a line of text
// (WCAG 2.2, 2.5.8).
func (b *tab) small() string {
	b.t.Helper()
	return b.js(`[...document.querySelectorAll("button, a.button, summary, input[type=submit], select, nav a")].filter(e => {
		const r = e.getBoundingClientRect(); return r.width && (r.width < 24 || r.height < 24) && !e.closest(".skip"); }).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join("; ")`)
}
