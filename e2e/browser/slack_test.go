package browser

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	slackpages "github.com/fasttrack-dev/fasttrack/internal/local/fakeslack/pages"
)

// pressed clicks a button by its text, and waits for the next page. Slack waits for an app
// three seconds only, and this machine may be busy: then a person clicks again.
func (b *tab) pressed(text, then string) {
	b.t.Helper()
	button := `//main//button[normalize-space()="` + text + `" and not(@aria-hidden)]`
	for range 5 {
		if b.js("!("+then+") && document.evaluate('"+button+"', document).iterateNext() !== null") != "false" {
			b.run(chromedp.Click(button, chromedp.BySearch))
		}
		if b.becomes(then, 10*time.Second) {
			return
		}
	}
	b.t.Fatalf("not in time: after %s\nat %s", text, b.where())
}

// reads is a condition on the page: its main part has a text.
func reads(text string) string {
	return `document.querySelector("main") && document.querySelector("main").innerText.includes("` + text + `")`
}

// still keeps pages from loading themselves anew: the test does, where it expects news.
func (b *tab) still() {
	b.t.Helper()
	b.run(chromedp.ActionFunc(func(ctx actionContext) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(`addEventListener("DOMContentLoaded", () => document.dispatchEvent(new Event("input")))`).Do(ctx)
		return err
	}))
}

// A page of the workspace shows news by itself, and a click that is under way still counts.
func TestSlackPagesShowNews(t *testing.T) {
	workspace := fakeslack.New(fakeslack.Options{
		Users:    []fakeslack.User{{ID: "U0ADA", Name: "Ada", Email: "ada@example.com"}},
		Channels: []fakeslack.Channel{{ID: "C0OPS", Name: "ops"}},
	})
	server := httptest.NewServer(http.StripPrefix("/slack", slackpages.New(workspace, "/slack")))
	t.Cleanup(server.Close)
	workspace.SetBase(server.URL + "/slack")
	say := func(text string) {
		t.Helper()
		resp, err := http.PostForm(workspace.APIURL()+"chat.postMessage", url.Values{"token": {fakeslack.BotToken}, "channel": {"C0OPS"}, "text": {text}})
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatal(resp, err)
		}
		_ = resp.Body.Close()
	}
	b := newTab(t)
	b.hold(desk)
	b.open(server.URL + "/slack/as/U0ADA/in/C0OPS")
	say("the first")
	b.until("the first message", reads("the first"))
	const polls = `performance.getEntriesByType("resource").filter(e => e.name.endsWith("/state")).length`
	b.until("the page looks for news", polls+" > 0")
	const link = `nav[aria-label="Members"] a[href$="/as/U0ADA/"]`
	b.run(chromedp.Evaluate(`document.querySelector('`+link+`').addEventListener("click", () => sessionStorage.setItem("clicked", "yes"))`, nil))
	b.mouse(input.MousePressed, link)
	say("the second")
	b.until("the page knows of the second", polls+" > 3")
	b.mouse(input.MouseReleased, link)
	b.until("the click", `sessionStorage.getItem("clicked") === "yes"`)
}

// A person asks as Ada and approves as Grace in the Slack of `make run`, by clicks alone.
// Each page is one that anybody can use, on any screen.
func TestSlackPages(t *testing.T) {
	stack := makeRun(t)
	at := stack + local.SlackPath
	b := newTab(t)
	b.hold(desk)
	b.still()
	look := func(name string) {
		t.Helper()
		b.until(name+" is whole", `document.readyState === "complete"`)
		for _, s := range []screen{desk, dusk} {
			b.hold(s)
			if wide := b.overflows(); wide != "" {
				t.Errorf("%s is wider than a screen of %d: %s", name, s.width, wide)
			}
			if small := b.small(); small != "" {
				t.Errorf("%s: too small to hit: %s", name, small)
			}
			if axe() != "" {
				for _, v := range b.violations() {
					t.Errorf("%s, %s: %s", name, s.scheme, v)
				}
			}
			if *screenshots != "" {
				var shot []byte
				b.run(chromedp.CaptureScreenshot(&shot))
				suffix := ""
				if s.width == dusk.width {
					suffix = "-phone"
				}
				save(t, filepath.Join("..", "..", *screenshots, "slack-"+name+suffix+".png"), decode(t, shot))
			}
		}
		b.hold(desk)
	}

	b.open(at + "/")
	look("members")
	b.run(chromedp.Click(`//main//a[contains(., "ada@example.com")]`, chromedp.BySearch))
	b.until("Ada's messages", reads("No messages yet"))
	b.pressed("Send", reads("What for"))
	b.run(chromedp.SetValue(`select[name="v:flow"]`, "aws-access", chromedp.ByQuery))
	b.pressed("Choose", reads("Access to"))
	look("form")
	b.pressed("Request", reads("Please complete this required field."))
	b.run(
		chromedp.SetValue(`//select[@name="v:f:aws-access:target"]/option[contains(., "administrator")]/..`, b.js(`[...document.querySelectorAll('select[name="v:f:aws-access:target"] option')].find(o => o.text.includes("administrator")).value`), chromedp.BySearch),
		chromedp.SendKeys(`textarea[name="v:r:aws-access:"]`, "Checkout fails. <b>Look</b> <!channel>", chromedp.ByQuery),
	)
	b.pressed("Request", reads("Waits for"))
	form := b.js("location.href")

	b.open(at + "/as/U0GRACE/in/D0GRACE")
	b.reloadUntil("the card is there", reads("Checkout fails. <b>Look</b> <!channel>"))
	look("card")
	b.pressed("Approve", reads("pproved"))
	b.pressed("Close", reads("grace@example.com"))
	b.reloadUntil("the card has no button to approve", `![...document.querySelectorAll("main button")].some(x => x.innerText === "Approve")`)
	look("decided")

	// The form that Ada left open says who approved, and so does her App Home.
	b.open(form)
	b.reloadUntil("the form says who approved", reads("grace@example.com"))
	b.pressed("Close", `document.querySelector(".messages")`)
	b.opensHome()
	b.reloadUntil("App Home has her access", reads("Production administrator"))
	b.reloadUntil("her access may be extended", reads("Extend…"))
	look("home")

	// Linus breaks the glass; once his access has ended, Grace's App Home has it to review.
	overEmergency(t, stack)
	b.open(at + "/as/U0GRACE/in/D0GRACE")
	b.opensHome()
	b.reloadUntil("App Home has the emergency", reads("Emergencies to review"))
	look("home-review")
	b.pressed("Review…", reads("Breaking the glass was"))
	look("review")
}

// opensHome opens the App Home of the member whose page is open.
func (b *tab) opensHome() {
	b.t.Helper()
	b.run(chromedp.Click(`.side nav button`, chromedp.ByQuery))
	b.until("the App Home", `document.querySelector("h1") && document.querySelector("h1").innerText === "App Home"`)
}

// overEmergency has Linus break the glass, and return the access.
func overEmergency(t *testing.T, url string) {
	t.Helper()
	linus, err := api.New(url, api.Bearer("linus@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := linus.Create(t.Context(), api.CreateInput{Flow: "emergency", Fields: map[string]any{"target": "checkout"}, Reason: "Checkout is down.", BreakGlass: true})
	if err != nil {
		t.Fatal(err)
	}
	reaches := func(status api.Status) {
		t.Helper()
		if _, err := linus.Await(t.Context(), r.ID, func(r *api.Request) bool { return r.Status == status }); err != nil {
			t.Fatal(err)
		}
	}
	reaches(api.StatusActive)
	if _, _, err := linus.Revoke(t.Context(), r.ID, api.RevokeInput{Reason: "It is up again."}); err != nil {
		t.Fatal(err)
	}
	reaches(api.StatusRevoked)
}
