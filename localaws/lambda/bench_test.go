package lambda_test

import (
	"slices"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// A warm round trip through the Runtime API to a child process and back.
func BenchmarkInvoke_Warm(b *testing.B) {
	s := newService(b, lambda.Options{})
	call(b, s, `{"do":"echo","text":"warm"}`)
	took := make([]time.Duration, 0, b.N)
	for b.Loop() {
		start := time.Now()
		call(b, s, `{"do":"echo","text":"x"}`)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// Many callers at once.
func BenchmarkInvoke_Parallel(b *testing.B) {
	s := newService(b, lambda.Options{Concurrency: 4})
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			call(b, s, `{"do":"echo","text":"x"}`)
		}
	})
}
