package run

import (
	"fmt"
	"time"
)

// Parking is a wait of the state machine that wants to be woken.
type Parking struct {
	Execution int
	Turn      int
	// Token wakes the execution; it decides nothing.
	Token string
	Order TokenOrder
	// Acts are all acts about the run.
	Acts []Act
}

// Park stores the token of a wait, unless a newer one is stored already. wake
// tells that the wait has nothing to wait for (an act came before there was a
// token, or the run has moved on): the caller wakes it once the run is
// written. Like [Decide] it is pure, and repeating it changes nothing.
func Park(r *Run, p Parking, now time.Time) (next *Run, changed, wake bool, err error) {
	if p.Execution != r.Engine.Execution {
		return nil, false, false, fmt.Errorf("run %s, execution %d: %w", r.ID, p.Execution, ErrNotTheRuns)
	}
	if r.Engine.Next != NextReview || p.Turn != r.Engine.Turn {
		return r, false, true, nil
	}
	_, waiting := r.nextAct(p.Acts)
	wake = waiting || !now.Before(r.wakeAt())
	if !p.Order.After(r.Engine.TokenOrder) {
		return r, false, wake && p.Token == r.Engine.Token, nil
	}
	if next, err = r.clone(); err != nil {
		return nil, false, false, err
	}
	next.Engine.Token, next.Engine.TokenOrder = p.Token, p.Order
	return next, true, wake, nil
}
