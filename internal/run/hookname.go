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
	OnDeescalate     HookName = "on_deescalate"
	AfterDeescalate  HookName = "after_deescalate"
	OnRevoke         HookName = "on_revoke"
	AfterRevoke      HookName = "after_revoke"
	AfterFail        HookName = "after_fail"
)

// mayReturn says which transitions each hook may answer with; a hook that is
// not listed may answer with none.
var mayReturn = map[HookName][]EventName{
	OnRequest:     {Approve, Deny},
	AfterRequest:  {Approve, Deny},
	OnApprove:     {Approve, Deny, Ignore},
	OnDeny:        {Deny, Ignore},
	OnExpire:      {Approve, Deny, Expire},
	OnEscalate:    {Escalate, Deescalate},
	AfterEscalate: {Revoke, Deescalate},
	OnRevoke:      {Revoke, Ignore},
	OnDeescalate:  {Deescalate},
}

// MayReturn lists the transitions that a hook may answer with.
func (h HookName) MayReturn() []EventName { return append([]EventName(nil), mayReturn[h]...) }

func (h HookName) allows(e EventName) bool {
	for _, allowed := range mayReturn[h] {
		if allowed == e {
			return true
		}
	}
	return false
}

// event is the event that the hook is about.
func (h HookName) event() EventName {
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
	case OnEscalate, AfterEscalate:
		return Escalate
	case OnDeescalate, AfterDeescalate:
		return Deescalate
	case OnRevoke, AfterRevoke:
		return Revoke
	}
	return Fail
}

// OfAccess reports whether the hook is called only in flows that give access.
func (h HookName) OfAccess() bool {
	switch h.event() {
	case Escalate, Deescalate, Revoke, Fail:
		return true
	}
	return false
}

// guard tells whether the hook stands before an act or access: one that was
// deployed while a run waits must not be skipped.
func (h HookName) guard() bool { return slices.Contains(guards, h) }

var guards = []HookName{OnApprove, OnDeny, OnEscalate, OnRevoke}

// KnownHook tells whether name is the name of a hook.
func KnownHook(name string) bool {
	h := HookName(name)
	return h.event() != Fail || h == AfterFail
}
