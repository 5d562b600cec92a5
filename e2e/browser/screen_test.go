package browser

import (
	"github.com/chromedp/cdproto/emulation"
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
