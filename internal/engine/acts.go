package engine

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// checkAct reports whether an act counts, by [run.Run.Check], [run.Run.MayVia] and, for
// an override, [run.Run.MayOverride].
func (d *decider) checkAct(a run.Act) error {
	if a.IfMatch != "" && a.IfMatch != d.ETag() {
		return run.Moved
	}
	if err := d.Check(a.Event, a.Person, d.step.Today, a.At); err != nil {
		return err
	}
	if err := d.MayVia(a.Channel, a.Event, a.Person, d.step.Today); err != nil || !a.Override {
		return err
	}
	return d.MayOverride(a, d.step.Today)
}

// nextAct returns the first act to handle: one that was not handled yet, finds room,
// and came before the end of the review; after the decision, the first revoke. A
// second act with the same key is the first one.
func (d *decider) nextAct() (run.Act, bool) { return d.Run.NextAct(d.step.Acts) }

// findCancel returns the requester's cancel.
func (d *decider) findCancel() (run.Act, bool) {
	for _, act := range d.step.Acts {
		if act.Event == run.Cancel && !slices.Contains(d.Engine.Handled, act.ID) &&
			d.MayAct(run.Cancel, act.Person, d.step.Today) == nil && d.MayVia(act.Channel, run.Cancel, act.Person, d.step.Today) == nil {
			return act, true
		}
	}
	return run.Act{}, false
}

// caseOf returns the case of a person's act.
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
