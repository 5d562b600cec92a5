package console

import (
	"fmt"
	"math"
	"strings"
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

// bar is a bar of the histogram of times, in units of its drawing.
type bar struct {
	Label        string
	Code, People int
	// X and Mid are where the bar begins and its middle; CodeY and CodeH draw the lower
	// part, PeopleY and PeopleH the upper one.
	X, Mid, CodeY, CodeH, PeopleY, PeopleH int
}

// All is the number of decisions in the bar.
func (b bar) All() int { return b.Code + b.People }

// Top is where the number stands.
func (b bar) Top() int { return b.PeopleY }

// barBounds are the bars of the histogram. Each joins several buckets of the API.
var barBounds = []struct {
	upTo  float64
	label string
}{
	{1, "≤ 1 s"}, {10, "≤ 10 s"}, {60, "≤ 1 min"}, {600, "≤ 10 min"}, {3600, "≤ 1 h"}, {8 * 3600, "≤ 8 h"}, {24 * 3600, "≤ 1 day"}, {math.Inf(1), "more"},
}

// The drawing of the histogram: the line that bars stand on, and how high they get.
const (
	barsBottom = 117
	barsHeight = 96
	barStep    = 64
)

func barsOf(buckets []api.TimeBucket) []bar {
	bars := make([]bar, len(barBounds))
	for i, bound := range barBounds {
		bars[i] = bar{Label: bound.label, X: i*barStep + 10, Mid: i*barStep + 32}
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
		most = max(most, b.All())
	}
	height := func(n int) int {
		if n == 0 {
			return 0
		}
		return max(2, n*barsHeight/most)
	}
	for i := range bars {
		b := &bars[i]
		b.CodeH, b.PeopleH = height(b.Code), height(b.People)
		b.CodeY = barsBottom - b.CodeH
		b.PeopleY = b.CodeY - b.PeopleH
	}
	return bars
}

// barsText says the numbers of the histogram.
func barsText(bars []bar) string {
	texts := make([]string, len(bars))
	for i, b := range bars {
		label := strings.Replace(b.Label, "≤", "up to", 1)
		if label == "more" {
			label = "longer"
		}
		texts[i] = fmt.Sprintf("%s %d", label, b.All())
	}
	return strings.Join(texts, ", ")
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
