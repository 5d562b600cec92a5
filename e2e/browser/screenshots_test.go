package browser

import (
	"context"
	"flag"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"

	"github.com/chromedp/chromedp"

	"github.com/fasttrack-dev/fasttrack/e2e/consoledemo"
	"github.com/fasttrack-dev/fasttrack/internal/console"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

var screenshots = flag.String("screenshots", "", "write the pictures of the docs into this folder")

// TestScreenshots takes the pictures of docs/console.md from the running product:
// `make screenshots`.
func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("`make screenshots` takes the pictures of the docs")
	}
	if chromium == nil {
		t.Fatal("no Chromium")
	}
	stack, err := consoledemo.Start(t.Context(), localaws.Options{TemplatePath: "../../template.yaml", BuildDir: "../../build", Addr: "127.0.0.1:0", Log: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = stack.Close(ctx) // the pictures are taken
	})
	scenes, err := consoledemo.Seed(t.Context(), stack.URL(), 40)
	if err != nil {
		t.Fatal(err)
	}
	b := newTab(t)
	b.hold(desk)
	b.open(stack.URL() + local.SlackPath + "/as/U0GRACE/in/D0GRACE")
	b.pressed("Send", reads("What for")) // by the first use her account is linked
	for _, p := range []struct {
		name, who, path string
		screen          screen
	}{
		{"who", "", "/who", desk},
		{"home", consoledemo.Grace, "/", desk},
		{"decide", consoledemo.Grace, "/requests/" + scenes.Pending, desk},
		{"decide-phone", consoledemo.Grace, "/requests/" + scenes.Pending, dusk},
		{"live-request", consoledemo.Ada, "/requests/" + scenes.Active, desk},
		{"verified", consoledemo.Root, "/requests/" + scenes.Revoked + "/verify", desk},
		{"choose", consoledemo.Ada, "/new", desk},
		{"backtest", consoledemo.Root, "/backtest", desk},
		{"inbox", consoledemo.Grace, "/inbox", desk},
		{"live", consoledemo.Root, "/access", night},
		{"activity", consoledemo.Root, "/activity?view=all", desk},
		{"new", consoledemo.Ada, "/new/aws-access", desk},
		{"flows", consoledemo.Ada, "/flows", desk},
		{"flow", consoledemo.Root, "/flows/aws-access", desk},
		{"slack", consoledemo.Grace, "/slack", desk},
	} {
		b.hold(p.screen)
		if p.who != "" {
			b.run(network.SetCookie("fasttrack-who", p.who).WithURL(stack.URL()).WithPath(console.Base))
		}
		b.open(stack.URL() + console.Base + p.path)
		b.until("the page stands", `document.readyState === "complete" && document.querySelector("h1")`)
		var shot []byte
		b.run(chromedp.CaptureScreenshot(&shot))
		save(t, filepath.Join("..", "..", *screenshots, "console-"+p.name+".png"), decode(t, shot))
	}
	for _, m := range []struct {
		name, who, says string
		screen          screen
	}{
		{"ask", consoledemo.Grace, "Waits for your decision", screen{scheme: "light", width: 700, height: 520}},
		{"outcome", consoledemo.Ada, ">Approved<", screen{scheme: "light", width: 390, height: 640}},
	} {
		b.hold(m.screen)
		b.open(alone(t, mailTo(t, stack.URL(), m.who, m.says)))
		var shot []byte
		b.run(chromedp.CaptureScreenshot(&shot))
		save(t, filepath.Join("..", "..", *screenshots, "mail-"+m.name+".png"), decode(t, shot))
	}
}
