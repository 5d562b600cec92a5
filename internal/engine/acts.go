package engine

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// checkAct is Check and, for an override, MayOverride.
func (d *decider) checkAct(a run.Act) error {
	if a.IfMatch != "" && a.IfMatch != d.ETag() {
		return run.Moved
	}
	if err := d.Check(a.Event, a.Person, d.step.Today, a.At); err != nil || !a.Override {
		return err
	}
	return d.MayOverride(a, d.step.Today)
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
