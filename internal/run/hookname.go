package run

import "slices"

// HookName names a hook.
type HookName string

// The hooks, in the order of a run's life.
const (
	OnRequest        HookName = "on_request"
	GetPermissions   HookName = "get_permissions"
	GetNotifications HookName = "get_notifications"
	AfterRequest     HookName = "after_request"
	OnApprove        HookName = "on_approve"
	AfterApprove     HookName = "after_approve"
	OnDeny           HookName = "on_deny"
	AfterDeny        HookName = "after_deny"
	OnExpire         HookName = "on_expire"
	AfterExpire      HookName = "after_expire"
	AfterCancel      HookName = "after_cancel"
	OnEscalate       HookName = "on_escalate"
	AfterEscalate    HookName = "after_escalate"
	WhileActive      HookName = "while_active"
	OnDeescalate     HookName = "on_deescalate"
	AfterDeescalate  HookName = "after_deescalate"
	OnRevoke         HookName = "on_revoke"
	AfterRevoke      HookName = "after_revoke"
	AfterFail        HookName = "after_fail"
)

// Event returns the event that the hook is about.
func (h HookName) Event() EventName {
	switch h {
	case OnRequest, GetPermissions, GetNotifications, AfterRequest:
		return Request
	case OnApprove, AfterApprove:
		return Approve
	case OnDeny, AfterDeny:
		return Deny
	case OnExpire, AfterExpire:
		return Expire
	case AfterCancel:
		return Cancel
	case OnEscalate, AfterEscalate, WhileActive:
		return Escalate
	case OnDeescalate, AfterDeescalate:
		return Deescalate
	case OnRevoke, AfterRevoke:
		return Revoke
	}
	return Fail
}

// OfAccess reports whether the hook is called only in flows with access.
func (h HookName) OfAccess() bool {
	switch h.Event() {
	case Escalate, Deescalate, Revoke, Fail:
		return true
	}
	return false
}

// Guard reports whether the hook stands before an action or access. One that was
// deployed while a run waits must not be skipped.
func (h HookName) Guard() bool { return slices.Contains(guards, h) }

var guards = []HookName{OnApprove, OnDeny, OnEscalate, OnRevoke}

// KnownHook reports whether name is the name of a hook.
func KnownHook(name string) bool {
	h := HookName(name)
	return h.Event() != Fail || h == AfterFail
}

// HookNames lists the hooks in the order of a run's life.
func HookNames() []HookName {
	return []HookName{
		OnRequest, GetPermissions, GetNotifications, AfterRequest, OnApprove, AfterApprove, OnDeny, AfterDeny, OnExpire, AfterExpire,
		AfterCancel, OnEscalate, AfterEscalate, WhileActive, OnDeescalate, AfterDeescalate, OnRevoke, AfterRevoke, AfterFail,
	}
}

// ByHook returns the actor of an event that a hook causes.
func ByHook(h HookName) Actor { return Actor{Type: HookActor, ID: string(h)} }
