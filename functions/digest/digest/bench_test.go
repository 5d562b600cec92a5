package digest_test

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// unsigned is a table that never has a digest.
type unsigned struct{ *store.Store }

func (unsigned) LastDigest(context.Context) (digest.Stored, bool, error) {
	return digest.Stored{}, false, nil
}

func (unsigned) AddDigest(context.Context, digest.Document, []string) error { return nil }

// BenchmarkHandle makes the digest of a day on which 20,000 requests were made,
// out of the local table.
func BenchmarkHandle(b *testing.B) {
	const runs = 20000
	w := newWorld(b)
	w.Log = slog.New(slog.NewJSONHandler(io.Discard, nil))
	for n := range runs {
		w.ask(n, first)
	}
	w.clock.Advance(24 * time.Hour)
	for b.Loop() {
		w.Table = unsigned{w.table}
		if report, err := w.Handle(b.Context()); err != nil || report.Digests[0].Count != runs {
			b.Fatal(report, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/runs, "µs/run")
}
