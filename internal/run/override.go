package run

import "strings"

// MayOverride reports whether a may set aside the verdict of the hook on its own
// event: nil means yes, else a [Refusal] says why not. Whether a may act at all is
// for [Run.MayAct].
func (r *Run) MayOverride(a Act, t *Today) error {
	switch {
	case a.Event != Approve && a.Event != Deny && a.Event != Revoke:
		return Refusal("This action has no hook to override.")
	case !r.IsAdmin(a.Person, t):
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

// OverrideOf returns the override of a case for its entry, nil if no hook was called.
func OverrideOf(c Case) *Override {
	if c.Override == nil || c.Override.Hook == "" {
		return nil
	}
	return c.Override
}
