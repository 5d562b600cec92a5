package run

import (
	"fmt"
	"time"
)

// Warning reports whether the run's last change notifies people that access can't be
// granted or removed yet.
func (r *Run) Warning() bool {
	return r.Access != nil && r.Access.Warned > 0 && r.Access.Warned == r.Engine.Turn
}

// WarningID is the id of the event that notifies people that access can't be granted or
// removed yet.
func (r *Run) WarningID() string { return fmt.Sprintf("%s-failing-%d", r.ID, r.Access.Warned) }

// LastError returns why giving or removing access has failed so far, nil if neither
// has.
func (r *Run) LastError() *LastError {
	a := r.Access
	if a == nil || a.Error == "" || r.Over() {
		return r.lookFailure()
	}
	e := &LastError{At: a.FailedAt, Where: "take_back", Text: a.Error, NextTryAt: a.RetryAt}
	switch {
	case r.Status == Active && !r.TakingBack():
		e.Where = "confirm"
	case r.Engine.Next == NextGrant:
		e.Where = "grant"
	}
	if a.Warned > 0 {
		e.EventID = r.WarningID()
	}
	if e.At.IsZero() { // as older releases stored it
		e.At = r.UpdatedAt
	}
	return e
}

// lateAfter is how long after its time limit a hook is late: by then its failure
// is recorded, unless its invocation is retried or nothing moves.
const lateAfter = 10 * time.Second

// Asking is a hook whose response a run waits for.
type Asking struct {
	Hook HookName `json:"hook"`
	// Due is when it should have responded.
	Due time.Time `json:"due"`
}

// asking returns the hook that is being called, nil for none.
func (r *Run) asking() *Asking {
	if r.Engine.Next != NextHook {
		return nil
	}
	return &Asking{Hook: r.Engine.Hook, Due: r.UpdatedAt.Add(Seconds(r.Flow.HookTimeoutSeconds))}
}

// late returns that the hook has not responded long after it should have, nil if
// it still may.
func (a *Asking) late(now time.Time) *LastError {
	if a == nil || now.Before(a.Due.Add(lateAfter)) {
		return nil
	}
	return &LastError{At: a.Due, Where: string(a.Hook), Text: fmt.Sprintf("%s has not responded yet. A failed invocation is retried.", a.Hook)}
}
