package e2e

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// BenchmarkBesideTheEmulator has this machine and the emulator fast track the same
// requests, with the same binaries, in turns, and returns how many times as many
// this machine does: the median of the rounds.
func BenchmarkBesideTheEmulator(b *testing.B) {
	if !emulated() {
		b.Skip("nothing is deployed: `make bench` does")
	}
	const hooks, flows = "HooksFunction", "../flows.yaml"
	stack, err := local.Start(b.Context(), "", localaws.Options{
		TemplatePath: "../template.yaml", BuildDir: layOut(b, hooks, flows), Addr: "127.0.0.1:0",
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = stack.Close(b.Context()) })
	deployed, _ := deploy(b, hooks, flows, io.Discard)

	here, there := stack.URL(), deployed.url
	rate := func(url string, n int) float64 {
		started := time.Now()
		fastTrack(b, url, n)
		return float64(n) / time.Since(started).Seconds()
	}
	rate(here, 16)
	rate(there, 16)
	var heres, theres, ratios []float64
	for b.Loop() {
		h, t := rate(here, 200), rate(there, 24)
		heres, theres, ratios = append(heres, h), append(theres, t), append(ratios, h/t)
	}
	b.ReportMetric(median(heres), "here/s")
	b.ReportMetric(median(theres), "emulator/s")
	b.ReportMetric(median(ratios), "x")
}

func median(figures []float64) float64 {
	slices.Sort(figures)
	return figures[len(figures)/2]
}

// asked counts the requests: each is another person's, since one may send ten a
// minute.
var asked atomic.Int64

// fastTrack has 8 callers ask n times, each waiting for its approval.
func fastTrack(t testing.TB, url string, n int) {
	t.Helper()
	var callers sync.WaitGroup
	for caller := range 8 {
		callers.Go(func() {
			for i := caller; i < n; i += 8 {
				c := &client{url: url, who: fmt.Sprintf("p%d@example.com", asked.Add(1)), headers: [][2]string{{"Prefer", "wait=20"}}}
				err := c.call("POST", "/requests", []byte(`{"flow":"everything-goes"}`))
				if status, _ := c.at("status"); err != nil || status != "approved" {
					t.Errorf("%v: %s", err, c.body)
				}
			}
		})
	}
	callers.Wait()
}
