package engine

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// breakGlass grants a run at once, instead of asking anybody: no hook of it is called.
func (d *decider) breakGlass() {
	c := run.Case{
		Event: run.Approve, Actor: run.BreakGlassActor, Channel: run.ViaEngine, At: d.now,
		Reason: "Granted at once by break_glass of " + d.Flow.Name + ". Somebody else must review it afterwards.",
	}
	d.applyTransition(c)
}

// proceedUnreviewed goes on with a run whose emergency is over and not reviewed: with a
// review, with time that passed, or with a wait.
func (d *decider) proceedUnreviewed() {
	for {
		act, there := d.nextAct()
		if !there {
			break
		}
		if err := d.checkAct(act); err != nil {
			d.recordIgnored(run.Actor{Type: run.EngineActor}, run.ViaEngine, act.ID, err.Error(), "", nil)
			continue
		}
		d.review(caseOf(act), act)
		return
	}
	switch {
	case d.BreakGlass.Reminded == 0:
		d.remind()
	case d.now.Before(d.NextRemindAt()):
	case d.isLarge():
		d.Hush(d.now)
		d.changed = true
	default:
		d.remind()
	}
	if d.Engine.Next != run.NextReview {
		d.Engine.Next, d.Engine.Hook, d.Engine.Case = run.NextReview, "", nil
		d.changed = true
	}
}

// review records a review, after which the run is over.
func (d *decider) review(c run.Case, act run.Act) {
	d.markHandled(act.ID)
	d.BreakGlass.Reviewed = len(d.History) + 1
	entry := entryOf(c)
	entry.Verdict = act.Verdict
	d.record(d.Status, entry)
	d.end()
}

// remind records that people are notified of the review that is due: those whom the flow names,
// and its approvers; its admins too once it is overdue.
func (d *decider) remind() {
	b := d.BreakGlass
	e := run.Entry{Event: run.Remind, Actor: run.Actor{Type: run.EngineActor}, Channel: run.ViaEngine}
	to := slices.Concat(b.Notify, d.Notifiable())
	if b.Reminded == 0 {
		b.ReviewBy = d.now.Add(run.Seconds(b.ReviewWithinSeconds))
		e.Reason = "Somebody else must review this emergency within " + run.Spell(b.ReviewWithinSeconds) + "."
	} else if d.now.Before(b.ReviewBy) {
		e.Reason = "Nobody has reviewed this emergency yet."
	} else {
		e.Reason = "The review of this emergency is overdue."
		to = append(to, run.AdminsAlone...)
	}
	for _, name := range to {
		if !slices.Contains(e.To, name) {
			e.To = append(e.To, name)
		}
	}
	b.Reminded++
	b.RemindedAt = d.now
	d.record(d.Status, e)
}
