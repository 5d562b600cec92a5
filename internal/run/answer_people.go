package run

import "slices"

// routing is what the answer says about people. asked are the hooks that had
// to answer in this invocation: if it failed as a whole, each of them did.
func (a *answer) routing(asked HookName) *Routing {
	rt := &Routing{
		Permissions: a.permissions, Notifications: a.notifications, Checks: a.checks,
		AdminsOnly: a.whole || a.failed(GetPermissions) != "",
		Asked:      true,
	}
	for _, h := range []HookName{asked, GetPermissions, GetNotifications} {
		if text := a.failed(h); text != "" && !slices.ContainsFunc(rt.Errors, func(e HookError) bool { return e.Hook == string(h) }) {
			rt.Errors = append(rt.Errors, HookError{Hook: string(h), Error: text})
		}
	}
	return rt
}
