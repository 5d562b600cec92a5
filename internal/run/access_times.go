package run

import "time"

// Access ends a little before its time, so that it is gone by then: at most 5 s
// less than it was asked for, never more.
const (
	takeBackLead = 2 * time.Second
	// askLead is for a run whose on_deescalate is asked first.
	askLead = 4 * time.Second
	// overdue is when access is taken back without asking on_deescalate.
	overdue = 30 * time.Second
)

// lead is how long before its end access is taken back; of a short duration at
// most a quarter.
func (r *Run) Lead() time.Duration {
	lead := takeBackLead
	if r.HasHook(OnDeescalate) {
		lead = askLead
	}
	return min(lead, Seconds(r.DurationSeconds)/4)
}

// takeBackAt is when active access starts to be taken back.
func (r *Run) TakeBackAt() time.Time { return r.Access.EndsAt.Add(-r.Lead()) }

// GiveDue tells whether access is to be given now.
func (r *Run) GiveDue() bool { return r.Engine.Next == NextGrant }

// TakeBackDue tells whether access is to be taken back now: the run says so, or
// its time is over and no hook is to be asked first.
func (r *Run) TakeBackDue(now time.Time) bool {
	switch {
	case r.Engine.Next == NextTakeBack || r.Engine.Next == NextPause:
		return true
	case r.Status != Active:
		return false
	case r.Engine.Next == NextActive && !r.HasHook(OnDeescalate):
		return !now.Before(r.TakeBackAt())
	}
	return !now.Before(r.Access.EndsAt.Add(overdue))
}

// Over tells whether nothing can follow any more: the state machine was told to
// end.
func (r *Run) Over() bool { return r.Engine.Next.Ends() }

// TakingBack reports whether access is being taken back already.
func (r *Run) TakingBack() bool {
	return r.Engine.Next == NextTakeBack || r.Engine.Next == NextPause
}
