package stats

import (
	"strconv"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// bounds are the upper bounds of the buckets in seconds. They are names of stored
// counters: one may be added, and none changed. Above the first, a bound is at most
// twice the one before, which bounds the error of a percentile.
var bounds = []float64{
	0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 20, 30,
	60, 2 * 60, 3 * 60, 5 * 60, 10 * 60, 15 * 60, 30 * 60,
	hour, 1.5 * hour, 2 * hour, 3 * hour, 4 * hour, 6 * hour, 8 * hour, 12 * hour, 18 * hour,
	day, 1.5 * day, 2 * day, 3 * day, 4 * day, 5 * day, 7 * day, 14 * day, 21 * day, 30 * day,
}

const (
	hour = 60 * 60
	day  = 24 * hour
)

// beyond names the last bucket, which has no bound.
const beyond = "more"

// bucketOf names the bucket of a time.
func bucketOf(took time.Duration) string {
	for _, bound := range bounds {
		if took.Seconds() <= bound {
			return nameOf(bound)
		}
	}
	return beyond
}

func nameOf(bound float64) string { return strconv.FormatFloat(bound, 'f', -1, 64) }

// spread returns the percentiles of counts in the buckets, of which there is one more
// than bounds.
func spread(counts []int) api.TimeSpread {
	var s api.TimeSpread
	for _, n := range counts {
		s.Count += n
	}
	if s.Count > 0 {
		s.P50, s.P90 = percentile(counts, s.Count, 50), percentile(counts, s.Count, 90)
	}
	return s
}

// percentile estimates a percentile as if the times of a bucket were spread evenly.
func percentile(counts []int, all, percent int) *api.TimePercentile {
	rank := (all*percent + 99) / 100 // the smallest rank that so many percent reach
	before := 0
	for i, n := range counts {
		if before+n < rank {
			before += n
			continue
		}
		p := &api.TimePercentile{}
		if i > 0 {
			p.From = bounds[i-1]
		}
		if p.Seconds = p.From; i < len(bounds) {
			p.To = bounds[i]
			share := (float64(rank-before) - 0.5) / float64(n)
			p.Seconds += (p.To - p.From) * share
		}
		return p
	}
	return nil
}
