package engine

import (
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Parking is a wait of the state machine that is to be woken.
type Parking struct {
	// Step names the wait, the same over its retries.
	Step      string
	Execution int
	Turn      int
	// Token wakes the execution. It decides nothing.
	Token string
	Order run.TokenOrder
	// Acts are all acts about the run.
	Acts []run.Act
	// Hold is what the lease says of the run's access; zero without one.
	Hold run.Hold
	// Lost is that of [Step].
	Lost error
}

// Park stores the token of a wait, unless a newer one is stored already. wake reports
// that the wait has nothing to wait for: an act came before the token, or the run has
// moved on. The caller wakes it once the run is written. Like [Decide] it is pure,
// and repeating it changes nothing.
//
// The state machine goes from Grant straight to the wait, without a Decide between.
// So Park records that access was granted.
func Park(r *run.Run, p Parking, now time.Time) (next *run.Run, changed, wake bool, err error) {
	if p.Execution != r.Engine.Execution {
		return nil, false, false, fmt.Errorf("run %s, execution %d: %w", r.ID, p.Execution, ErrNotTheRuns)
	}
	next = r
	if r.Engine.Next == run.NextGrant && p.Turn == r.Engine.Turn && (r.Status != run.Active && p.Hold.State == run.Held || r.ConfirmGranted(p.Hold)) {
		if next, err = recordAccess(r, p, now); err != nil {
			return nil, false, false, err
		}
		changed = true
	}
	mine := p.Turn == next.Engine.Turn || p.Step != "" && p.Step == next.Engine.Step
	if !next.Engine.Next.Waits() || !mine {
		return next, changed, true, nil
	}
	wake = next.HasAct(p.Acts) || !now.Before(WakeAt(next)) || p.Hold.Elsewhere() || p.Lost != nil && !next.Status.Decided()
	if !p.Order.After(r.Engine.TokenOrder) {
		return next, changed, wake && p.Token == r.Engine.Token, nil
	}
	if !changed {
		if next, err = r.Clone(); err != nil {
			return nil, false, false, err
		}
	}
	next.Engine.Token, next.Engine.TokenOrder = p.Token, p.Order
	return next, true, wake, nil
}

// recordAccess returns the run with its access recorded as active.
func recordAccess(r *run.Run, p Parking, now time.Time) (*run.Run, error) {
	next, err := r.Clone()
	if err != nil {
		return nil, err
	}
	d := &decider{Run: next, step: Step{Hold: p.Hold}, now: run.Stamp(now)}
	if d.Confirming() {
		d.confirmed()
		d.waitActive()
	} else {
		d.recordActive()
	}
	if d.err != nil {
		return nil, fmt.Errorf("run %s: %w", r.ID, d.err)
	}
	next.Engine.Turn++
	next.Engine.Step = p.Step
	next.Engine.Token = ""
	next.UpdatedAt = d.now
	return next, next.Seal()
}
