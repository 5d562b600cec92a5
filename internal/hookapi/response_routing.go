package hookapi

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Routing returns what the response says about people. called are the hooks of the
// invocation: if it failed as a whole, each of them failed.
func (a *Response) Routing(asked run.HookName) *run.Routing {
	rt := &run.Routing{
		Permissions: a.Permissions, Notifications: a.Notifications, Checks: a.Checks,
		AdminsOnly: a.FailedWhole || a.Failure(run.GetPermissions) != "",
		Asked:      true,
	}
	for _, h := range []run.HookName{asked, run.GetPermissions, run.GetNotifications} {
		if text := a.Failure(h); text != "" && !slices.ContainsFunc(rt.Errors, func(e run.HookError) bool { return e.Hook == string(h) }) {
			rt.Errors = append(rt.Errors, run.HookError{Hook: string(h), Error: text})
		}
	}
	return rt
}
