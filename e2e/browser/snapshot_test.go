package browser

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/orisano/pixelmatch"
)

var update = flag.Bool("update", false, "write the pictures and outlines in testdata anew")

// tolerance is the share of points that may differ: another minor version of the browser
// draws edges a little differently.
const tolerance = 0.002

// picture returns what the tab shows, from the top to at most 2,400 points below.
func (b *tab) picture(s screen) image.Image {
	b.t.Helper()
	var shot []byte
	var height float64
	b.run(chromedp.Evaluate(`document.documentElement.scrollHeight`, &height), chromedp.ActionFunc(func(ctx actionContext) (err error) {
		shot, err = page.CaptureScreenshot().WithFormat(page.CaptureScreenshotFormatPng).WithCaptureBeyondViewport(true).
			WithClip(&page.Viewport{Width: float64(s.width), Height: min(max(height, float64(s.height)), 2400), Scale: 1}).Do(ctx)
		return err
	}))
	return decode(b.t, shot)
}

func decode(t *testing.T, raw []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// half returns a picture at half its size, as it is kept: small, and less dependent on
// how edges are drawn.
func half(img image.Image) *image.NRGBA {
	size := img.Bounds().Size().Div(2)
	out := image.NewNRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			var r, g, b uint32
			for _, d := range []image.Point{{X: 0, Y: 0}, {X: 1, Y: 0}, {X: 0, Y: 1}, {X: 1, Y: 1}} {
				pr, pg, pb, _ := img.At(2*x+d.X, 2*y+d.Y).RGBA()
				r, g, b = r+pr, g+pg, b+pb
			}
			// 32 steps of each colour are enough to see a change, and compress well.
			step := func(sum uint32) uint8 { return uint8(sum/4>>8) &^ 7 }
			out.SetNRGBA(x, y, color.NRGBA{step(r), step(g), step(b), 255})
		}
	}
	return out
}

// differs returns the share of points by which two pictures differ; 1 if they are of
// different sizes.
func differs(a, b image.Image) float64 {
	if a.Bounds().Size() != b.Bounds().Size() {
		return 1
	}
	n, err := pixelmatch.MatchPixel(a, b, pixelmatch.Threshold(0.15))
	if err != nil {
		return 1
	}
	return float64(n) / float64(a.Bounds().Dx()*a.Bounds().Dy())
}

// compare fails the test if the tab does not look as its picture in testdata does. It
// then writes what the tab looks like to build/browser.
func (b *tab) compare(name string, s screen) {
	b.t.Helper()
	got := half(b.picture(s))
	path := filepath.Join("testdata", "pictures", name+".png")
	if *update {
		save(b.t, path, got)
		return
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		b.t.Errorf("%v; `make browser UPDATE=1` writes it", err)
		return
	}
	want := decode(b.t, raw)
	if share := differs(got, want); share > tolerance {
		now := filepath.Join("..", "..", "build", "browser", name+".png")
		save(b.t, now, got)
		b.t.Errorf("%s looks different by %.2f %% (%v, was %v): see %s. Is that meant? Then `make browser UPDATE=1`",
			name, 100*share, got.Bounds().Size(), want.Bounds().Size(), now)
	}
}

func save(t *testing.T, path string, img image.Image) {
	t.Helper()
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, b.Bytes(), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A change of looks is seen: a button in another colour, a line less, a wider margin.
func TestPictureOfAChangeDiffers(t *testing.T) {
	b := newTab(t)
	b.hold(phone)
	const body = `<style>body{margin:8px;font:16px sans-serif}button{background:%231f7a45;color:white}</style><button>Approve</button><p>One</p><p>Two</p>`
	b.open("data:text/html," + body)
	before := half(b.picture(phone))
	if share := differs(before, half(b.picture(phone))); share > 0 {
		t.Errorf("the same page differs by %f", share)
	}
	for what, script := range map[string]string{
		"colour": `document.querySelector("button").style.background = "#b3261e"`,
		"line":   `document.querySelector("p").remove()`,
		"margin": `document.body.style.margin = "32px"`,
	} {
		b.open("data:text/html," + body)
		b.run(chromedp.Evaluate(script, nil))
		if share := differs(before, half(b.picture(phone))); share < 0.0002 {
			t.Errorf("%s: differs by %f only", what, share)
		}
	}
}
