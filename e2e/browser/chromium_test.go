package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromium is the browser of all tests; nil if the machine has none.
var chromium context.Context

func TestMain(m *testing.M) {
	path, err := findChromium()
	switch {
	case err == nil:
		var stop func()
		if chromium, stop, err = start(path); err != nil {
			fmt.Fprintf(os.Stderr, "cannot start %s: %v\n", path, err)
			os.Exit(1)
		}
		code := m.Run()
		stop()
		os.Exit(code)
	case os.Getenv("CI") != "":
		fmt.Fprintf(os.Stderr, "%v; install Debian's chromium and fonts-inter\n", err)
		os.Exit(1)
	}
	fmt.Fprintf(os.Stderr, "the tests in a browser are skipped: %v\n", err)
	os.Exit(m.Run())
}

// findChromium returns the path of Chromium: FASTTRACK_CHROMIUM, or the first of the
// usual names in PATH.
func findChromium() (string, error) {
	if path := os.Getenv("FASTTRACK_CHROMIUM"); path != "" {
		return exec.LookPath(path)
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no chromium in PATH (FASTTRACK_CHROMIUM names another)")
}

// start starts the browser. Every name of a host leads to this machine, so that a page
// can be of another origin.
func start(path string) (context.Context, func(), error) {
	fonts, err := filepath.Abs("testdata/fonts.conf")
	if err != nil {
		return nil, nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Env("FONTCONFIG_FILE="+fonts), chromedp.Flag("font-render-hinting", "none"), chromedp.Flag("disable-lcd-text", true),
		chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("lang", "en-US"),
		chromedp.Flag("host-resolver-rules", "MAP *.example.com 127.0.0.1"), chromedp.WSURLReadTimeout(time.Minute))
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	// A browser newer than the driver sends values that it doesn't know.
	ctx, cancelFirst := chromedp.NewContext(allocator, chromedp.WithErrorf(func(format string, args ...any) {
		if text := fmt.Sprintf(format, args...); !strings.Contains(text, "could not unmarshal event") {
			fmt.Fprintln(os.Stderr, text)
		}
	}))
	if err := chromedp.Run(ctx); err != nil {
		cancel()
		return nil, nil, err
	}
	return ctx, func() { cancelFirst(); cancel() }, nil
}

// tab is a page in a window of its own, which shares no cookie with others.
type tab struct {
	t   *testing.T
	ctx context.Context
	mu  sync.Mutex
	// complaints are the errors that the browser reported: of script, of the content
	// security policy, of a resource.
	complaints []string
	// expected are parts of complaints that a test expects.
	expected []string
}

// newTab opens a window, and fails the test if the browser complains in it.
func newTab(t *testing.T) *tab {
	t.Helper()
	if chromium == nil {
		t.Skip("no Chromium")
	}
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(stop)
	b := &tab{t: t, ctx: ctx}
	chromedp.ListenTarget(ctx, func(ev any) {
		switch e := ev.(type) {
		case *cdplog.EventEntryAdded:
			if e.Entry.Level == cdplog.LevelError && !strings.HasSuffix(e.Entry.URL, "/favicon.ico") {
				b.complain(e.Entry.Text + " " + e.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			b.complain(e.ExceptionDetails.Error())
		}
	})
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, c := range b.complaints {
			t.Errorf("the browser complains: %s", c)
		}
	})
	b.run()
	return b
}

func (b *tab) complain(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, part := range b.expected {
		if strings.Contains(text, part) {
			return
		}
	}
	b.complaints = append(b.complaints, text)
}

// expect says which complaints of the browser are right.
func (b *tab) expect(parts ...string) { b.expected = append(b.expected, parts...) }

// run runs actions, and ends the test if one fails.
func (b *tab) run(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Fatalf("%v\nat %s", err, b.where())
	}
}

// js returns the text that a script returns.
func (b *tab) js(script string) string {
	b.t.Helper()
	var out string
	b.run(chromedp.Evaluate("String("+script+")", &out))
	return out
}

// where says what the tab shows.
func (b *tab) where() string {
	var out string
	_ = chromedp.Run(b.ctx, chromedp.Evaluate(`location.href + " | " + document.title`, &out))
	return out
}

// until waits until a script returns true.
func (b *tab) until(what, script string) {
	b.t.Helper()
	if !b.becomes(script, 30*time.Second) {
		b.t.Fatalf("not in time: %s\nat %s", what, b.where())
	}
}

// becomes reports whether a script returns true within a time.
func (b *tab) becomes(script string, within time.Duration) bool {
	b.t.Helper()
	for end := time.Now().Add(within); ; time.Sleep(20 * time.Millisecond) {
		var done bool
		// A page that is being left can't run scripts.
		if err := chromedp.Run(b.ctx, chromedp.Evaluate("!!("+script+")", &done)); err == nil && done {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}
