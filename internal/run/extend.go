package run

import (
	"fmt"
	"time"
)

// Extension returns what an extension of the run extends. The access must be active.
func (r *Run) Extension() Extends {
	x := Extends{ID: r.ID, Number: 1, StartedAt: r.Access.StartsAt, EndsAt: r.Access.EndsAt}
	if before := r.Extends; before != nil {
		x.Number, x.StartedAt = before.Number+1, before.StartedAt
	}
	x.TotalSeconds = int(x.EndsAt.Sub(x.StartedAt) / time.Second)
	return x
}

// AccessUntil returns when access of the run ends that was read back at a time: after
// the run's duration. An extension counts its duration from the end of what it extends.
func (r *Run) AccessUntil(given time.Time) time.Time {
	if r.Extends != nil {
		given = r.Extends.EndsAt
	}
	return Stamp(given.Add(Seconds(r.DurationSeconds)))
}

// ReviewUntil returns when the review ends whose timeout begins with the run: that of
// an extension no later than the access that it extends.
func (r *Run) ReviewUntil(timeout int) time.Time {
	end := r.CreatedAt.Add(Seconds(timeout))
	if r.Extends != nil && r.Extends.EndsAt.Before(end) {
		end = r.Extends.EndsAt
	}
	return end
}

// Extensible returns nil if the run has active access that nothing removes. Otherwise it
// returns why its access can't be extended, or taken over by an extension.
func (r *Run) Extensible() error {
	switch {
	case r.ExtendedBy != "":
		return TooLate("Its access goes on in request " + r.ExtendedBy + ".")
	case r.Status == Revoked || r.TakingBack() && r.Engine.Case != nil && r.Engine.Case.Event == Revoke:
		return TooLate("Its access was revoked.")
	case r.Status == Ended || r.TakingBack():
		return TooLate("Its access has ended.")
	case r.Status != Active:
		return NoAccess
	}
	return nil
}

// Revoking reports whether the run's access is being removed because it was revoked.
func (r *Run) Revoking() bool {
	return r.TakingBack() && r.Engine.Case != nil && r.Engine.Case.Event == Revoke
}

// MayExtend returns nil if p may request an extension of the run's access now, as far as
// the run says, and no other is open; otherwise why not. A rule of nil is that of a flow
// without one.
func (r *Run) MayExtend(p Person, rule *ExtendRule, now time.Time) error {
	switch {
	case !r.OwnedBy(p):
		return Refusal("Only whose access it is, or who requested it for them, can extend it.")
	case !r.Flow.HasAccess():
		return TooLate("This request has no access to extend.")
	}
	if err := r.Extensible(); err != nil {
		return err
	}
	switch {
	case r.Endless():
		return TooLate("This access lasts until it is revoked, so it can't be extended: its holder confirms it.")
	case r.Access.EndsAt.IsZero():
		return TooLate("This access has no end to extend.")
	case !now.Before(r.TakeBackAt()):
		return TooLate("Its access has ended.")
	case rule == nil:
		return TooLate(fmt.Sprintf("Access of the flow %s can't be extended: it has no key extend in flows.yaml.", r.Flow.Name))
	case len(r.Extendable(*rule)) == 0:
		return TooLate(fmt.Sprintf("This access can't last longer: extend.max_total of the flow %s is %s, from %s.",
			r.Flow.Name, Spell(rule.MaxTotalSeconds), r.Extension().StartedAt.Format(time.RFC3339)))
	}
	return nil
}

// Extendable lists by how much the run's access may be extended. The total counts from
// when access began first to its new end.
func (r *Run) Extendable(rule ExtendRule) (seconds []int) {
	for _, d := range rule.DurationsSeconds {
		if r.Extension().TotalSeconds+d <= rule.MaxTotalSeconds {
			seconds = append(seconds, d)
		}
	}
	return seconds
}
