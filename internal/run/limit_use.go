package run

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// Use says how full the limits are now: flow is the tally of the flow, people are those
// of all its requesters, and yours adds up what is counted for the reader.
func (f *FastTrack) Use(flow Tally, people []Tally, yours Tally, now time.Time) []api.LimitUse {
	uses := []api.LimitUse{}
	if f == nil {
		return uses
	}
	if most := f.MaxPerHour; most > 0 {
		use := api.LimitUse{Name: api.LimitPerHour, Max: most, Seconds: int(tallyHour.Seconds()), Used: flow.within(tallyHour, now)}
		if use.Used >= most {
			use.Reached = 1
		}
		uses = append(uses, use)
	}
	if most := f.MaxPerPersonPerDay; most > 0 {
		use := api.LimitUse{Name: api.LimitPerPersonPerDay, Max: most, Seconds: int(tallyDay.Seconds()), Yours: yours.within(tallyDay, now)}
		for _, p := range people {
			n := p.within(tallyDay, now)
			if use.Used = max(use.Used, n); n >= most {
				use.Reached++
			}
		}
		uses = append(uses, use)
	}
	if f.QuietAfterDenialSeconds > 0 {
		use := api.LimitUse{Name: api.LimitQuiet, Seconds: f.QuietAfterDenialSeconds}
		for _, p := range people {
			if f.quiets(p, now) {
				use.Reached++
			}
		}
		uses = append(uses, use)
	}
	return uses
}

// quiets reports whether a denial that a tally holds keeps on_request from approving now.
func (f *FastTrack) quiets(t Tally, now time.Time) bool {
	quiet := Seconds(f.QuietAfterDenialSeconds)
	return quiet > 0 && t.Denied != "" && now.Before(t.DeniedAt.Add(quiet))
}
