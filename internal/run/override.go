package run

import "strings"

// MayOverride reports whether a may set aside the verdict of the hook on its own
// event: nil means yes, else a [Refusal] says why not. Whether a may act at all is
// for [Run.MayAct].
func (r *Run) MayOverride(a Act, t *Today) error {
	switch {
	case a.Event != Approve && a.Event != Deny && a.Event != Revoke:
		return Refusal("There is no hook to override for this action.")
	case !r.isAdmin(a.Person, t):
		return Refusal("Only an admin may override a hook.")
	case a.Channel == ViaSlack:
		return Refusal("A hook can't be overridden from Slack.")
	case a.Event == Approve && !r.Flow.OverrideApprove:
		return Refusal("The flow lets nobody override on_approve.")
	case strings.TrimSpace(a.Reason) == "":
		return Refusal("An override needs a reason.")
	}
	return nil
}

// Moved is why an act does not count that is about an earlier state of the run.
const Moved Refusal = "This request has changed since it was read."

// may is Check and, for an override, MayOverride.
func (d *decider) may(a Act) error {
	if a.IfMatch != "" && a.IfMatch != d.ETag() {
		return Moved
	}
	if err := d.Check(a.Event, a.Person, d.step.Today, a.At); err != nil || !a.Override {
		return err
	}
	return d.MayOverride(a, d.step.Today)
}

// lastIgnored is the seq of the last entry with which the hook ignored an action.
func (r *Run) lastIgnored(h HookName) int {
	for i := len(r.History) - 1; i >= 0; i-- {
		if e := r.History[i]; e.Event == Ignore && e.Actor == hookActor(h) && e.Act != "" {
			return e.Seq
		}
	}
	return 0
}

// overridden lets the event take effect whatever the hook said about it: its
// verdict is recorded and set aside. What it found out and how short it wants
// access to be still count.
func (d *decider) overridden(c Case, h HookName, a answer) {
	failure := a.failed(h)
	switch {
	case failure != "":
		c.Override.Verdict, c.Error = "fail", failure
	case a.transition == Ignore:
		c.Override.Verdict = string(Ignore)
		a.reason = a.message
	case a.transition == Deny && c.Event == Approve:
		c.Override.Verdict = string(Deny)
	}
	if failure == "" {
		c.hear(h, a)
		if c.Event == Approve && a.durationSeconds > 0 && (c.DurationSeconds == 0 || a.durationSeconds < c.DurationSeconds) {
			c.DurationSeconds = a.durationSeconds
		}
	}
	d.settle(c)
}

// overrideOf returns the override of a case for its entry, nil if no hook was called.
func overrideOf(c Case) *Override {
	if c.Override == nil || c.Override.Hook == "" {
		return nil
	}
	return c.Override
}
