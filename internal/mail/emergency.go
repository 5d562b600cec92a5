package mail

import (
	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
)

// glass says of a request in an emergency that nobody decided it, and what has become of its
// review.
func glass(b api.BreakGlass) string {
	const says = "granted at once, nobody decided it; "
	switch {
	case b.Review != nil:
		return says + "reviewed by " + actorOf(b.Review.By) + ": " + string(b.Review.Verdict)
	case b.ReviewBy.IsZero():
		return says + "to be reviewed once access has ended"
	}
	return says + "to be reviewed until " + clock(b.ReviewBy)
}

// emergency is about access that was granted at once, and about its review.
func emergency(n deliver.Notice) (situation, bool) {
	e, b := n.Event.Entry, n.Request.BreakGlass
	s := situation{Event: string(e.Event), Tone: "bad"}
	switch {
	case b == nil:
		return s, false
	case e.Event == api.EventReview:
		s.State, s.Tone = "the emergency was reviewed: "+string(e.Verdict), ""
		if e.Verdict == api.Justified {
			s.Tone = "good"
		}
		s.Next = []string{"Nothing to do."}
	case e.Event == api.EventRemind && b.State != api.GlassUnreviewed:
		return s, false
	case e.Event == api.EventRemind:
		s.State, s.Tone = "an emergency waits for its review", "wait"
		s.Next = []string{"Somebody other than the requester must review it until " + clock(b.ReviewBy) + "."}
		if b.Overdue(n.Event.Time) {
			s.State, s.Tone = "the review of an emergency is overdue", "bad"
			s.Next = []string{"Somebody other than the requester should have reviewed it until " + clock(b.ReviewBy) + "."}
		}
	case n.Kind == deliver.Alert:
		s.State = "emergency: access was granted at once, nobody decided it"
		s.Next = []string{"If this is no emergency, revoke it. Somebody else must review it once it has ended."}
	default:
		s.State = "emergency: granted at once"
		s.Next = []string{"Everybody whom the flow names is notified. Somebody else reviews it once it has ended."}
	}
	return s, true
}
