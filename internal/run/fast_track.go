package run

import (
	"fmt"
	"slices"
	"time"
)

// LimitCheck is the check that a run has failed if a limit held the approval by
// on_request.
const LimitCheck = "within the limits of fast_track"

// HeldByLimit returns the entry of an approval by on_request that a limit of fast_track
// held: the one thing that the engine itself ignores.
func HeldByLimit(history []Entry) (Entry, bool) {
	i := slices.IndexFunc(history, func(e Entry) bool {
		return e.Event == Ignore && e.Actor.Type == EngineActor && e.Act == ""
	})
	if i < 0 {
		return Entry{}, false
	}
	return history[i], true
}

// Held says why on_request's approve of a run of the requester does not count
// now, "" if it does.
func (f *FastTrack) Held(flow, requester string, t Tallies, now time.Time) string {
	if f == nil {
		return ""
	}
	t.Person.Add(t.Linked)
	if f.quiets(t.Person, now) {
		return fmt.Sprintf("%s was denied %s at %s; for %s after a denial people decide.",
			requester, t.Person.Denied, t.Person.DeniedAt.UTC().Format(time.RFC3339), Seconds(f.QuietAfterDenialSeconds))
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
