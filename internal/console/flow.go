package console

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// flowData is what the page of a flow shows.
type flowData struct {
	Flow  api.Flow
	Rules []flowRules
	// Stats are nil if the person may not list the flow, or if they could not be read.
	Stats        *flowStats
	StatsProblem *api.Problem
	// Last are the newest requests, for those who may list the flow.
	Last *section
	// Days is the period of Stats, and Periods are those to choose from.
	Days    int
	Periods []choice
}

// periods are the periods of statistics, in days. The first is the default.
var periods = []int{30, 7, 90}

// flow shows how a flow decides, and what became of its requests.
func (p *page) flow() error {
	f := p.me.Flow
	if f == nil {
		return notFound("Unknown flow, or it does not concern you.")
	}
	d := flowData{Flow: *f, Rules: rulesOf(f.Rules.Sentences), Days: periods[0]}
	if n, err := strconv.Atoi(p.r.URL.Query().Get("days")); err == nil && slices.Contains(periods, n) {
		d.Days = n
	}
	for _, n := range slices.Sorted(slices.Values(periods)) {
		d.Periods = append(d.Periods, choice{Base + "/flows/" + f.Name + "?days=" + strconv.Itoa(n), text.Count(n, "day"), n == d.Days})
	}
	if slices.Contains(f.May, api.MayList) {
		if err := p.flowHistory(&d); err != nil {
			return err
		}
	}
	p.render(200, "flow", cmp.Or(f.Label, f.Name), d)
	return nil
}

// flowHistory reads what only those see who may list the flow.
func (p *page) flowHistory(d *flowData) error {
	ctx := p.r.Context()
	d.Last = &section{}
	return together(
		d.Last.read(ctx, p.call, api.ListInput{View: api.ViewFlow, Flow: d.Flow.Name, Limit: 8}),
		func() error {
			stats, err := p.call.Stats(ctx, d.Flow.Name, p.Now().Add(-time.Duration(d.Days)*24*time.Hour))
			if err == nil {
				d.Stats = statsOf(stats)
				return nil
			}
			d.StatsProblem = problemOf(err)
			if s := d.StatsProblem.Status; s == http.StatusUnauthorized || s == http.StatusTooManyRequests {
				return err
			}
			return nil
		},
	)
}
