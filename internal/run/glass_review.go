package run

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// BrokeGlass reports whether the run was granted without asking anybody.
func (r *Run) BrokeGlass() bool {
	return r.BreakGlass != nil && r.Decision != nil && r.Decision.Event == Approve
}

// Unreviewed reports whether the run is an emergency that nobody has reviewed, while its
// access lasts too.
func (r *Run) Unreviewed() bool {
	return r.BrokeGlass() && r.BreakGlass.Reviewed == 0 && !r.Over()
}

// AwaitsReview reports whether the run's access has ended and nobody has reviewed the
// emergency.
func (r *Run) AwaitsReview() bool {
	return r.BrokeGlass() && r.BreakGlass.Reviewed == 0 && r.Status.Final(r.Flow.HasAccess()) && !r.Over()
}

// NextRemindAt returns when people are reminded next of an emergency that nobody has
// reviewed.
func (r *Run) NextRemindAt() time.Time {
	if at := r.BreakGlass.nextRemindAt(); at.After(r.Engine.QuietUntil) {
		return at
	}
	return r.Engine.QuietUntil
}

// Hush puts off the next reminder of a run whose record has no room for it.
func (r *Run) Hush(now time.Time) { r.Engine.QuietUntil = now.Add(remindMonthly) }

func (r *Run) breakGlassView() *api.BreakGlass {
	b := r.BreakGlass
	if b == nil {
		return nil
	}
	v := &api.BreakGlass{State: api.GlassOpen, ReviewWithinSeconds: b.ReviewWithinSeconds, ReviewBy: b.ReviewBy}
	switch {
	case b.Reviewed > 0 && b.Reviewed <= len(r.History):
		e := r.History[b.Reviewed-1]
		v.State, v.Review = api.GlassReviewed, &api.GlassReview{Verdict: e.Verdict, Note: e.Reason, By: e.Actor, At: e.At}
	case r.BrokeGlass() && r.Status.Final(r.Flow.HasAccess()):
		v.State = api.GlassUnreviewed
	case r.Status.Decided() && !r.BrokeGlass():
		v.State = api.GlassUnused
	}
	return v
}
