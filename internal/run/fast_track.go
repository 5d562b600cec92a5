package run

import (
	"fmt"
	"time"
)

// Held says why on_request's approve of a run of the requester does not count
// now, "" if it does.
func (f *FastTrack) Held(flow, requester string, t Tallies, now time.Time) string {
	if f == nil {
		return ""
	}
	t.Person.Add(t.Linked)
	if quiet := Seconds(f.QuietAfterDenialSeconds); quiet > 0 && t.Person.Denied != "" && now.Before(t.Person.DeniedAt.Add(quiet)) {
		return fmt.Sprintf("%s was denied %s at %s; for %s after a denial people decide.",
			requester, t.Person.Denied, t.Person.DeniedAt.UTC().Format(time.RFC3339), quiet)
	}
	if most, n := f.MaxPerPersonPerDay, t.Person.within(tallyDay, now); most > 0 && n >= most {
		return fmt.Sprintf("%s: %d approved by on_request within 24 hours; %s allows %d, so people decide.", requester, n, flow, most)
	}
	if most, n := f.MaxPerHour, t.Flow.within(tallyHour, now); most > 0 && n >= most {
		return fmt.Sprintf("%s: %d approved by on_request within an hour; it allows %d, so people decide.", flow, n, most)
	}
	return ""
}

// Kept is how long after now a tally still counts.
func (f *FastTrack) Kept() time.Duration { return max(tallyDay, Seconds(f.QuietAfterDenialSeconds)) }
