package run

import (
	"errors"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// ErrApproved reports that somebody approves again what they have approved.
//
//lint:ignore ST1005 people read it as the sentence that it is
var ErrApproved = errors.New("You have approved this request already.")

// Check reports whether p may do e to the run now: nil means that it counts,
// unless a hook ignores it or another action comes first. Else it is a [Refusal]
// if it is not p's to do, a [TooLate], [ErrApproved] or [ErrConfirmed]. It decides the action
// itself, and what people are shown of it before; see [Run.You].
func (r *Run) Check(e EventName, p Person, t *Today, now time.Time) error {
	r = r.asOf(t)
	if e == Revoke && !r.Status.Decided() {
		return NoAccess
	}
	if err := r.MayAct(e, p, t); err != nil {
		return err
	}
	switch {
	case e == Revoke:
		return r.revocable()
	case e == Cancel && r.takesCancel(now):
		return nil
	case e == Reviews:
		return r.checkReview()
	case e == Confirm:
		return r.checkConfirm(now)
	case r.Status.Decided():
		return TooLate("This request is " + string(r.Status) + " already.")
	case r.Review != nil && now.After(r.Review.ExpiresAt):
		return TooLate("The time to decide this request is over.")
	case e == Approve && r.Approved(p):
		return ErrApproved
	}
	return nil
}

// revocable returns nil if a revoke finds access that is being granted or is active,
// and that nothing removes already.
func (r *Run) revocable() error {
	switch next := r.Engine.Next; {
	case r.ExtendedBy != "":
		return TooLate("This access goes on in request " + r.ExtendedBy + ", which can be revoked.")
	case !r.Flow.HasAccess() || r.Status != Approved && r.Status != Active:
		return NoAccess
	case next == NextTakeBack || next == NextPause || next == NextHook && r.Engine.Hook == OnDeescalate:
		return TooLate("The access is being removed already.")
	}
	return nil
}

// Reroutes reports whether the next engine.Decide sends the run to the admins.
func (r *Run) Reroutes(t *Today) bool { return r.Status == Pending && r.TooFew(t) != "" }

// You returns what p may do to the run now and why, by [Run.Check].
func (r *Run) You(p Person, t *Today, now time.Time) api.You {
	allowed := func(e EventName) api.Allowed {
		if err := r.Check(e, p, t, now); err != nil {
			return api.Allowed{Why: err.Error()}
		}
		required := r.Flow.NeedsReason(e)
		return api.Allowed{May: true, Why: r.whyMay(e, p, t), ReasonRequired: &required, Override: r.overridable(e, p, t)}
	}
	you := api.You{Approve: allowed(Approve), Deny: allowed(Deny), Cancel: allowed(Cancel), Revoke: allowed(Revoke), Extend: r.extendFor(p, t, now), Confirm: r.confirmFor(p, t, now)}
	if r.Check(Withdraw, p, t, now) == nil {
		withdraw := allowed(Withdraw)
		you.Withdraw = &withdraw
	}
	if r.BreakGlass != nil {
		review := allowed(Reviews)
		you.Review = &review
	}
	return you
}

// extendFor returns what p may do about an extension; nil without anything to say: p
// is not concerned, the flow has no extensions, or no access is active.
func (r *Run) extendFor(p Person, t *Today, now time.Time) *api.ExtendAllowed {
	if t == nil || r.Status != Active || r.Access == nil || !r.OwnedBy(p) {
		return nil
	}
	rule := t.Flows[r.Flow.Name].Extend
	if rule == nil {
		return nil
	}
	if err := r.MayExtend(p, rule, now); err != nil {
		if r.Endless() {
			return nil // it is confirmed instead
		}
		return &api.ExtendAllowed{Why: err.Error()}
	}
	required := r.Flow.NeedsReason(Request)
	return &api.ExtendAllowed{
		May: true, Why: r.whyMay(Revoke, p, t), ReasonRequired: &required,
		DurationsSeconds: r.Extendable(*rule), EndsAt: r.Access.EndsAt,
	}
}

// confirmFor returns what p may do about a confirm; nil where p has nothing to confirm.
func (r *Run) confirmFor(p Person, t *Today, now time.Time) *api.ConfirmAllowed {
	if !r.Endless() || r.Status != Active || r.Access == nil || r.Access.EndsAt.IsZero() || !r.HeldBy(p) {
		return nil
	}
	v := &api.ConfirmAllowed{From: r.ConfirmFrom(), Until: r.ConfirmUntil()}
	err := r.Check(Confirm, p, t, now)
	if r.Confirming() {
		err = TooLate("It is confirmed, and is being granted anew.")
	}
	if err != nil {
		v.Why = err.Error()
		return v
	}
	v.May, v.Why = true, r.whyMay(Revoke, p, t)
	return v
}

// checkReview reports whether p may review the run now; see [Run.Check].
func (r *Run) checkReview() error {
	switch {
	case r.BreakGlass.Reviewed > 0:
		return TooLate("This request is reviewed already.")
	case r.AwaitsReview():
		return nil
	case r.BrokeGlass() && r.Over():
		return TooLate("This request ended without a review: its installation was being removed.")
	case r.BrokeGlass():
		return TooLate("The access has not ended yet; it is reviewed afterwards.")
	case r.Status.Decided():
		return TooLate("Nothing was granted, so it needs no review.")
	}
	return TooLate("Nothing is granted yet; it is reviewed afterwards.")
}
