package engine

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The reserve that is kept for a run to end in: a run that has grown to these
// expires while there is still room to say so.
const (
	// MaxTurns bounds the changes of a run. Package stepfn checks it against what one
	// execution can hold.
	MaxTurns = 1500
	// MaxSize bounds a run, in bytes of [run.Run.Size]. One act adds at most some
	// 50 KB: its reason in the history, the decision, the case and the summary. The
	// store checks it against the size of an item.
	MaxSize = 330 << 10
)

// proceed goes on with a run that waits for people: deals with the acts that came,
// then with time that passed, and then waits.
func (d *decider) proceed() {
	switch d.Status {
	case run.Approved:
		d.proceedToGrant()
		return
	case run.Active:
		d.proceedActive()
		return
	}
	d.rerouteToAdmins()
	for {
		act, there := d.nextAct()
		if !there {
			break
		}
		if err := d.checkAct(act); err != nil {
			d.recordIgnored(run.Actor{Type: run.EngineActor}, run.ViaEngine, act.ID, err.Error(), "", nil)
			continue
		}
		switch {
		case act.Event == run.Cancel:
			d.applyTransition(caseOf(act))
		case act.Event == run.Approve && d.mustRecheck():
			c := caseOf(act)
			d.Engine.Case = &c
			d.callHook(run.GetPermissions)
		default:
			d.startTransition(caseOf(act))
		}
		// Whatever follows from the act, this or a later Decide has gone on
		// with the rest.
		return
	}
	switch {
	case d.isFull():
		d.applyTransition(d.expiry("The record of this request is full."))
		return
	case !d.now.Before(d.Review.ExpiresAt):
		if !d.Review.Expiring {
			d.Review.Expiring = true
			d.changed = true
			d.startTransition(d.expiry(""))
			return
		}
		d.applyTransition(d.expiry(""))
		return
	}
	if at, more := d.Review.NextNotifyAt(); more && !d.now.Before(at) {
		d.notifyNext("Nobody has decided yet.", nil)
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

// findCancel is the requester's cancel, if there is one.
func (d *decider) findCancel() (run.Act, bool) {
	for _, act := range d.step.Acts {
		if act.Event == run.Cancel && !slices.Contains(d.Engine.Handled, act.ID) && d.MayAct(run.Cancel, act.Person, d.step.Today) == nil {
			return act, true
		}
	}
	return run.Act{}, false
}

// isFull tells whether the run has grown to its reserve.
func (d *decider) isFull() bool {
	if d.Engine.Turn >= MaxTurns {
		return true
	}
	size, err := d.Size()
	return err != nil || size > MaxSize
}

func caseOf(a run.Act) run.Case {
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
