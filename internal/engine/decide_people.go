package engine

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The reserve that is kept for a run to end in: a run that has grown to these
// expires while there is still room to say so.
const (
	// maxTurns keeps an execution, at about a dozen events a turn, under the
	// 25,000 events that Step Functions allows.
	maxTurns = 1500
	// maxSize is in bytes of [Run.Size]; a DynamoDB item may have 400 KB, and one
	// act adds at most some 50 KB: its reason in the history, the decision, the
	// case and the summary.
	maxSize = 330 << 10
)

// goOn goes on with a run that waits for people: deals with the acts that came,
// then with time that passed, and then waits.
func (d *decider) goOn() {
	switch d.Status {
	case run.Approved:
		d.escalate()
		return
	case run.Active:
		d.goOnActive()
		return
	}
	d.reroute()
	for {
		act, there := d.nextAct()
		if !there {
			break
		}
		if err := d.may(act); err != nil {
			d.ignore(run.Actor{Type: run.EngineActor}, run.ViaEngine, act.ID, err.Error(), "", nil)
			continue
		}
		switch {
		case act.Event == run.Cancel:
			d.settle(actCase(act))
		case act.Event == run.Approve && d.rechecks():
			c := actCase(act)
			d.Engine.Case = &c
			d.ask(run.GetPermissions)
		default:
			d.raise(actCase(act))
		}
		// Whatever follows from the act, this or a later Decide has gone on
		// with the rest.
		return
	}
	switch {
	case d.full():
		d.settle(d.expiry("The record of this request is full."))
		return
	case !d.now.Before(d.Review.ExpiresAt):
		if !d.Review.Expiring {
			d.Review.Expiring = true
			d.changed = true
			d.raise(d.expiry(""))
			return
		}
		d.settle(d.expiry(""))
		return
	}
	if at, more := d.Review.NextNotifyAt(); more && !d.now.Before(at) {
		d.tellNext("Nobody has decided yet.", nil)
	}
	if d.Engine.Next != run.NextReview {
		d.Engine.Next, d.Engine.Hook = run.NextReview, ""
		d.changed = true
	}
}

// nextAct is the first act that was not dealt with, finds [Run.Room] and came
// before the review expired; after the decision, the first revoke. A second act
// with the same key is the first one again.
func (d *decider) nextAct() (run.Act, bool) { return d.Run.NextAct(d.step.Acts) }

// cancelAct is the requester's cancel, if there is one.
func (d *decider) cancelAct() (run.Act, bool) {
	for _, act := range d.step.Acts {
		if act.Event == run.Cancel && !slices.Contains(d.Engine.Handled, act.ID) && d.MayAct(run.Cancel, act.Person, d.step.Today) == nil {
			return act, true
		}
	}
	return run.Act{}, false
}

// full tells whether the run has grown to its reserve.
func (d *decider) full() bool {
	if d.Engine.Turn >= maxTurns {
		return true
	}
	size, err := d.Size()
	return err != nil || size > maxSize
}

func actCase(a run.Act) run.Case {
	p := a.Person
	c := run.Case{
		Event: a.Event, Actor: p.Actor(), Channel: a.Channel, Reason: a.Reason,
		DurationSeconds: a.DurationSeconds, Person: &p, Act: a.ID, At: a.At,
	}
	if a.Override {
		c.Override = &run.Override{}
	}
	return c
}
