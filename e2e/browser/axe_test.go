package browser

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axeFile is where `make browser-tools` installs axe-core, unless FASTTRACK_AXE names
// another file.
func axeFile() string {
	if path := os.Getenv("FASTTRACK_AXE"); path != "" {
		return path
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "fasttrack", "tools", "browser", "node_modules", "axe-core", "axe.min.js")
}

// axe is the script of axe-core; empty where it is not installed.
var axe = sync.OnceValue(func() string {
	script, err := os.ReadFile(axeFile())
	if err != nil {
		return ""
	}
	return string(script)
})

// needAxe skips a test where axe-core is not installed, unless CI is set.
func needAxe(t *testing.T) {
	t.Helper()
	switch {
	case axe() != "":
	case os.Getenv("CI") != "":
		t.Fatal("axe-core is not installed; run `make browser-tools`")
	default:
		t.Skip("axe-core is not installed; `make browser-tools` installs it")
	}
}

// rules are the success criteria of WCAG 2.2 A and AA, and what axe-core recommends.
const (
	wcag  = `"wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22a","wcag22aa"`
	rules = `[` + wcag + `,"best-practice"]`
)

// violations returns what axe-core finds wrong on the page.
func (b *tab) violations() []string {
	b.t.Helper()
	return b.violate(rules)
}

// violate returns what breaks some rules.
func (b *tab) violate(rules string) []string {
	b.t.Helper()
	var out string
	b.run(chromedp.Evaluate(axe(), nil), chromedp.Evaluate(`axe.run(document, {runOnly: `+rules+`}).then(r => JSON.stringify(
		r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + v.help + ": " + n.html.slice(0, 160) + " (" + ((n.any[0] || n.all[0] || n.none[0] || {}).message || "") + ")"))))`,
		&out, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	var all []string
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		b.t.Fatal(err)
	}
	return all
}

// The check finds what it is there for.
func TestAxeFindsMistakes(t *testing.T) {
	needAxe(t)
	b := newTab(t)
	b.open(`data:text/html,<title>x</title><main><img src="data:,"><p style="color:%23aaa;background:%23fff">faint</p><input></main>`)
	found := strings.Join(b.violations(), "\n")
	for _, rule := range []string{"image-alt", "color-contrast", "label", "html-has-lang"} {
		if !strings.Contains(found, rule+": ") {
			t.Errorf("%s is not found in\n%s", rule, found)
		}
	}
}
