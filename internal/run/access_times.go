package run

import "time"

// Access is removed a little early, so that it has ended in time: at most 5 s
// sooner than requested, never later.
const (
	takeBackLead = 2 * time.Second
	// askLead is for a run whose on_deescalate is called first.
	askLead = 4 * time.Second
	// overdue is when access is removed without calling on_deescalate.
	overdue = 30 * time.Second
)

// Lead returns how long before its end access is removed: of a short duration, at
// most a quarter.
func (r *Run) Lead() time.Duration {
	lead := takeBackLead
	if r.HasHook(OnDeescalate) {
		lead = askLead
	}
	return min(lead, Seconds(r.DurationSeconds)/4)
}

// TakeBackAt returns when active access is to be removed.
func (r *Run) TakeBackAt() time.Time { return r.Access.EndsAt.Add(-r.Lead()) }

// Live reports whether access is open: it was read back as granted, and its removal was
// not. That includes access whose time has passed and that can't be removed.
func (r *Run) Live() bool {
	return r.Access != nil && !r.Access.StartsAt.IsZero() && r.Access.GoneAt.IsZero() && !r.Over()
}

// GrantDue reports whether access is to be granted now.
func (r *Run) GrantDue() bool { return r.Engine.Next == NextGrant }

// RemovalDue reports whether access is to be removed now: the run says so, or its
// time has passed and no hook is called first.
func (r *Run) RemovalDue(now time.Time) bool {
	switch {
	case r.Engine.Next == NextTakeBack || r.Engine.Next == NextPause:
		return true
	case r.Status != Active:
		return false
	case (r.Engine.Next == NextActive || r.looking()) && !r.HasHook(OnDeescalate):
		return !now.Before(r.TakeBackAt())
	}
	return !now.Before(r.Access.EndsAt.Add(overdue))
}

// looking reports whether a hook is called to look at active access.
func (r *Run) looking() bool { return r.Engine.Next == NextHook && r.Engine.Hook == WhileActive }

// Over reports whether nothing can follow: the state machine ends.
func (r *Run) Over() bool { return r.Engine.Next.Ends() }

// TakingBack reports whether access is being removed.
func (r *Run) TakingBack() bool {
	return r.Engine.Next == NextTakeBack || r.Engine.Next == NextPause
}
