package run

import "github.com/fasttrack-dev/fasttrack/api"

// Source is where a run came from.
type Source = api.Source

// Source returns where the run came from. The channel of Slack is proven, and so is the
// place in it: functions/slack takes it from what Slack signed. Nobody checks any other.
func (r *Run) Source() *Source {
	s := &Source{Channel: r.Channel, Verified: r.Channel == ViaSlack}
	if len(r.History) > 0 {
		s.Place = r.History[0].Place
	}
	return s
}
