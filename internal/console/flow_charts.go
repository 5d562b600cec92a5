package console

import (
	"math"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// part is a part of the bar of who decided, in thousandths of its length.
type part struct {
	Label, Tone, Percent string
	N, X, W              int
}

// partKinds are the parts in the order in which they are drawn.
var partKinds = []struct {
	by          api.Decider
	outcome     api.Status
	label, tone string
}{
	{api.DeciderCode, api.StatusApproved, "Approved by code", "good"},
	{api.DeciderPeople, api.StatusApproved, "Approved by people", "good2"},
	{api.DeciderCode, api.StatusDenied, "Denied by code", "bad"},
	{api.DeciderPeople, api.StatusDenied, "Denied by people", "bad2"},
	{api.DeciderNobody, api.StatusExpired, "Expired undecided", "dim"},
	{api.DeciderNobody, api.StatusCanceled, "Canceled by the requester", "dim2"},
}

func partsOf(outcomes []api.OutcomeCount, all int) []part {
	var parts []part
	before := 0
	for _, kind := range partKinds {
		n := 0
		for _, o := range outcomes {
			if o.By == kind.by && o.Outcome == kind.outcome {
				n += o.Count
			}
		}
		if n == 0 || all == 0 {
			continue
		}
		x, end := before*1000/all, (before+n)*1000/all
		before += n
		parts = append(parts, part{Label: kind.label, Tone: kind.tone, Percent: percent(float64(n), float64(all)), N: n, X: x, W: max(end-x-3, 2)})
	}
	return parts
}

// bar is a bar of the histogram of times, in thousandths of the longest.
type bar struct {
	Label        string
	Code, People int
	// CodeW and PeopleW are the lengths of its two parts.
	CodeW, PeopleW int
}

// barBounds are the bars of the histogram. Each joins several buckets of the API.
var barBounds = []struct {
	upTo  float64
	label string
}{
	{1, "1 s"}, {10, "10 s"}, {60, "1 min"}, {600, "10 min"}, {3600, "1 h"}, {8 * 3600, "8 h"}, {24 * 3600, "1 day"}, {math.Inf(1), "longer"},
}

func barsOf(buckets []api.TimeBucket) []bar {
	bars := make([]bar, len(barBounds))
	for i, bound := range barBounds {
		bars[i].Label = bound.label
	}
	for _, bucket := range buckets {
		for i, bound := range barBounds {
			if last := i == len(bars)-1; last || bucket.UpTo != 0 && bucket.UpTo <= bound.upTo {
				bars[i].Code += bucket.Code
				bars[i].People += bucket.People
				break
			}
		}
	}
	most := 1
	for _, b := range bars {
		most = max(most, b.Code+b.People)
	}
	for i := range bars {
		bars[i].CodeW, bars[i].PeopleW = barLength(bars[i].Code, most), barLength(bars[i].People, most)
	}
	return bars
}

// barLength returns the length of n. What is not nothing is seen.
func barLength(n, most int) int {
	if n == 0 {
		return 0
	}
	return max(8, n*984/most)
}

// span is when a version was in use, with a line in thousandths of the period.
type span struct {
	api.VersionSeen
	X, W int
}

func spansOf(versions []api.VersionSeen, from, to time.Time) []span {
	whole := to.Sub(from).Seconds()
	place := func(t time.Time) int {
		if whole <= 0 {
			return 0
		}
		return int(max(0, min(1000, 1000*t.Sub(from).Seconds()/whole)))
	}
	var spans []span
	for _, v := range versions {
		x := min(place(v.FirstSeen), 985)
		spans = append(spans, span{v, x, max(15, place(v.LastSeen)-x)})
	}
	return spans
}
