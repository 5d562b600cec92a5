package explain

import (
	"github.com/fasttrack-dev/fasttrack/api"
)

// glass says what has become of the review of an emergency.
func (x *explainer) glass() string {
	b := x.BreakGlass
	if b == nil {
		return ""
	}
	switch b.State {
	case api.GlassReviewed:
		return "; reviewed by " + x.name(b.Review.By) + " as " + string(b.Review.Verdict) + quoted(b.Review.Note)
	case api.GlassUnreviewed:
		return "; not reviewed yet, which somebody else must until " + moment(b.ReviewBy)
	}
	return "; somebody else must review it once the access has ended"
}
