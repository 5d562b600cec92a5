package api

import "time"

// BreakGlass says that access was granted at once, in an emergency, and what has become
// of the review that must follow.
type BreakGlass struct {
	// State is one of the Glass constants.
	State string `json:"state"`
	// ReviewWithinSeconds is how long after the end of the access somebody must have
	// reviewed it.
	ReviewWithinSeconds int `json:"review_within_seconds"`
	// ReviewBy is until when it must be reviewed. Absent before the access has ended.
	ReviewBy time.Time `json:"review_by,omitzero"`
	// Review is absent until somebody reviewed it.
	Review *GlassReview `json:"review,omitempty"`
}

// The values of [BreakGlass.State].
const (
	// GlassOpen: the access has not ended.
	GlassOpen = "open"
	// GlassUnreviewed: the access has ended, and nobody has reviewed it.
	GlassUnreviewed = "unreviewed"
	// GlassReviewed: somebody has reviewed it.
	GlassReviewed = "reviewed"
	// GlassUnused: nothing was granted, so it needs no review.
	GlassUnused = "unused"
)

// Word says in a word what an emergency has come to: the verdict once it is reviewed, else
// the state. It is "" for any other request.
func (b *BreakGlass) Word() string {
	switch {
	case b == nil:
		return ""
	case b.Review != nil:
		return string(b.Review.Verdict)
	}
	return b.State
}

// Overdue reports whether the review should have been there by now.
func (b *BreakGlass) Overdue(now time.Time) bool {
	return b != nil && b.State == GlassUnreviewed && !b.ReviewBy.IsZero() && !now.Before(b.ReviewBy)
}

// Emergency reports whether the request's access was granted at once: somebody broke the
// glass, and nobody decided.
func (r *Request) Emergency() bool {
	return r.BreakGlass != nil && r.BreakGlass.State != GlassUnused && r.Decision != nil && r.Decision.Event == EventApprove
}

// GlassReview is what somebody made of an emergency afterwards.
type GlassReview struct {
	Verdict ReviewVerdict `json:"verdict"`
	Note    string        `json:"note,omitempty"`
	By      Actor         `json:"by"`
	At      time.Time     `json:"at"`
}

// ReviewVerdict is what a review says.
type ReviewVerdict string

// The verdicts.
const (
	Justified   ReviewVerdict = "justified"
	Unjustified ReviewVerdict = "unjustified"
)

// BreakGlassRule is what the caller may do in an emergency.
type BreakGlassRule struct {
	// MaxDurationSeconds is the longest access. Absent in a flow without a strategy.
	MaxDurationSeconds  int `json:"max_duration_seconds,omitempty"`
	ReviewWithinSeconds int `json:"review_within_seconds"`
	// MaxPerPersonPerDay is how often one person may within 24 hours.
	MaxPerPersonPerDay int `json:"max_per_person_per_day"`
}

// ReviewInput is what [Client.Review] sends.
type ReviewInput struct {
	// Verdict is required.
	Verdict ReviewVerdict `json:"verdict"`
	// Note has up to 2,000 characters. [Unjustified] requires one.
	Note string `json:"note,omitempty"`

	ActionOptions `json:"-"`
}
