package run

import (
	"errors"
	"fmt"
	"time"
)

// confirmMargin is how long before its end access can't be confirmed any more: granting it
// anew, with all its retries, is over by then.
const confirmMargin = 15 * time.Minute

// Before the end of access that nobody has confirmed, its holder is reminded twice.
const (
	remindFirst = 7 * 24 * time.Hour
	remindLast  = 24 * time.Hour
)

// ErrConfirmed reports that somebody confirms again what is confirmed.
//
//lint:ignore ST1005 people read it as the sentence that it is
var ErrConfirmed = errors.New("This access is confirmed already.")

// Endless reports whether the run's access lasts until it is revoked, as long as its holder
// confirms it every DurationSeconds. Access that an approve has shortened ends.
func (r *Run) Endless() bool { return r.UntilRevoked && r.RequestedSeconds == 0 }

// ConfirmFrom returns from when active access may be confirmed: from half of its time on.
func (r *Run) ConfirmFrom() time.Time {
	return r.Access.EndsAt.Add(-Seconds(r.DurationSeconds) / 2)
}

// ConfirmUntil returns until when active access may be confirmed.
func (r *Run) ConfirmUntil() time.Time { return r.Access.EndsAt.Add(-confirmMargin) }

// Confirming reports whether the run's active access is being granted anew, because its
// holder has confirmed it. Its end moves only after that.
func (r *Run) Confirming() bool {
	return r.Status == Active && r.Engine.Next == NextGrant && r.Engine.Case != nil && r.Engine.Case.Event == Confirm
}

// ConfirmedUntil returns when access ends that is being confirmed.
func (r *Run) ConfirmedUntil() time.Time {
	return Stamp(r.Engine.Case.At.Add(Seconds(r.DurationSeconds)))
}

// ConfirmGranted reports whether the lease says that the access was granted anew for the
// confirm in progress.
func (r *Run) ConfirmGranted(h Hold) bool {
	return r.Confirming() && h.State == Held && h.ConfirmedBy == r.Engine.Case.Act
}

// mayConfirm returns a [Refusal] unless p may confirm the run's access: its holder, whom
// today's flow still lets have it, without an end. What can't be known is refused.
func (r *Run) mayConfirm(p Person, t *Today) error {
	switch {
	case !r.HeldBy(p):
		return Refusal("Only whose access it is can confirm it.")
	case !r.Endless():
		return Refusal("This access ends by itself; only access that lasts until it is revoked is confirmed.")
	case r.Status != Active:
		return nil // for [Run.checkConfirm] to refuse
	}
	why, err := r.NoLongerHolder(t)
	switch {
	case why != "":
		return Refusal("This access can't be confirmed: " + why)
	case err != nil:
		return Refusal("This access can't be confirmed: " + err.Error() + ".")
	case !t.Flows[r.Flow.Name].UntilRevoked:
		return Refusal("This access can't be confirmed: " + r.Flow.Name + " no longer grants access until it is revoked.")
	}
	return nil
}

// checkConfirm reports whether access may be confirmed at a time; see [Run.Check].
func (r *Run) checkConfirm(now time.Time) error {
	a := r.Access
	switch {
	case r.Status != Active && r.Status.Final(r.Flow.HasAccess()):
		return TooLate("This access has ended.")
	case r.Status != Active || a == nil || a.EndsAt.IsZero():
		return NoAccess
	case r.TakingBack() || r.Engine.Next == NextHook && r.Engine.Hook == OnDeescalate:
		return TooLate("The access is being removed already.")
	case now.Before(r.ConfirmFrom()) && !a.ConfirmedAt.IsZero():
		//lint:ignore ST1005 people read it
		return fmt.Errorf("%w It may be confirmed again from %s.", ErrConfirmed, r.ConfirmFrom().Format(time.RFC3339))
	case now.Before(r.ConfirmFrom()):
		return TooLate(fmt.Sprintf("It is too early to confirm this access: it may be confirmed from %s.", r.ConfirmFrom().Format(time.RFC3339)))
	case !now.Before(a.EndsAt):
		return TooLate("This access has ended.")
	case !now.Before(r.ConfirmUntil()):
		return TooLate(fmt.Sprintf("It is too late to confirm this access: it ends at %s, and granting it anew takes up to %s. Request it again.", a.EndsAt.Format(time.RFC3339), Spell(int(confirmMargin/time.Second))))
	}
	return nil
}

// NextConfirmRemindAt returns when the holder of active access is reminded next to confirm
// it; false if they were, or it has an end. It is never before it may be confirmed.
func (r *Run) NextConfirmRemindAt() (time.Time, bool) {
	a := r.Access
	if !r.Endless() || r.Status != Active || a == nil || a.EndsAt.IsZero() || r.TakingBack() {
		return time.Time{}, false
	}
	switch a.Reminded {
	case 0:
		at := a.EndsAt.Add(-remindFirst)
		if from := r.ConfirmFrom(); from.After(at) {
			at = from
		}
		return at, true
	case 1:
		return a.EndsAt.Add(-remindLast), true
	}
	return time.Time{}, false
}

// ConfirmReminders returns how many reminders of the present period are due by a time.
func (r *Run) ConfirmReminders(now time.Time) int {
	if !now.Before(r.Access.EndsAt.Add(-remindLast)) {
		return 2
	}
	return 1
}
