package console

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// flowStats are the statistics of a flow as its page shows them.
type flowStats struct {
	*api.Stats
	Parts []part
	Bars  []bar
	Uses  []limitUse
	// HookSpans and FlowSpans are when each version was in use.
	HookSpans, FlowSpans []span
}

func statsOf(s *api.Stats) *flowStats {
	f := &flowStats{Stats: s, Parts: partsOf(s.Outcomes, s.Decided), Bars: barsOf(s.Times.Histogram)}
	for _, l := range s.Limits.Limits {
		f.Uses = append(f.Uses, useOf(l))
	}
	f.HookSpans, f.FlowSpans = spansOf(s.HooksVersions, s.Since, s.Until), spansOf(s.FlowVersions, s.Since, s.Until)
	return f
}

// CodeDecides says the share that code decided; empty if nothing was decided.
func (f flowStats) CodeDecides() string {
	if f.CodeShare == nil {
		return ""
	}
	return percent(*f.CodeShare, 1)
}

// Agreement says how often code in shadow mode agreed with people; empty if nothing was
// compared.
func (f flowStats) Agreement() string {
	if f.Shadow == nil || f.Shadow.Compared == 0 {
		return ""
	}
	return percent(float64(f.Shadow.Agreed), float64(f.Shadow.Compared))
}

// percent says a share. It rounds nothing to 0 % or 100 % that is not.
func percent(n, of float64) string {
	if of == 0 {
		return "–"
	}
	p := math.Round(100 * n / of)
	switch {
	case p == 0 && n > 0:
		return "< 1 %"
	case p == 100 && n < of:
		return "> 99 %"
	}
	return fmt.Sprintf("%.0f %%", p)
}

// about says a percentile of times, to a number that its bucket allows.
func about(t *api.TimePercentile) string {
	switch {
	case t == nil:
		return "–"
	case t.To == 0:
		return "over " + coarse(t.From)
	case t.Seconds < 1:
		return "under 1 s"
	}
	return "about " + coarse(t.Seconds)
}

// coarse says seconds by their two largest units at most.
func coarse(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d >= 48*time.Hour:
		d = d.Round(time.Hour)
	case d >= time.Hour:
		d = d.Round(5 * time.Minute)
	case d >= 10*time.Minute:
		d = d.Round(time.Minute)
	case d >= time.Minute:
		d = d.Round(10 * time.Second)
	default:
		d = d.Round(time.Second)
	}
	return duration(d)
}

// limitUse is a limit of what code approves, and how full it is.
type limitUse struct {
	Text, State string
	// Used and Max are 0 for a limit without a number.
	Used, Max int
	Full      bool
}

func useOf(l api.LimitUse) limitUse {
	within := duration(time.Duration(l.Seconds) * time.Second)
	u := limitUse{Used: l.Used, Max: l.Max, Full: l.Reached > 0}
	switch l.Name {
	case api.LimitPerHour:
		u.Text, u.State = "All people together, within "+within, fmt.Sprintf("%d of %d used", l.Used, l.Max)
	case api.LimitPerPersonPerDay:
		u.Text, u.State = "One person, within "+within, fmt.Sprintf("the most is %d of %d; yours are %d", l.Used, l.Max, l.Yours)
		if l.Reached > 0 {
			u.State += "; " + people(l.Reached) + " reached it"
		}
	case api.LimitQuiet:
		u.Text, u.Max, u.State = "No approval by code for "+within+" after a denial", 0, "holds nobody now"
		if l.Reached > 0 {
			u.State = "holds " + people(l.Reached) + " now"
		}
	default:
		u.Text, u.State = strings.ReplaceAll(string(l.Name), "_", " "), fmt.Sprintf("%d of %d used", l.Used, l.Max)
	}
	return u
}

func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// flowFunctions are what the template of a flow may call.
var flowFunctions = template.FuncMap{
	"about": about,
	// capped says a number that the API counts up to a bound only.
	"capped": func(n, most int) string { return plus(n, most > 0 && n >= most) },
	// high is from where on a limit is nearly full.
	"high": func(most int) float64 { return 0.8 * float64(most) },
}
