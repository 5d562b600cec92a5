package run

import "slices"

// LacksGuard reports whether a hook that stands before an act or access was not
// among those that the hook function said it has.
func (r *Run) LacksGuard() bool {
	return !r.Flow.NoHooks && slices.ContainsFunc(guards, func(h HookName) bool { return !r.HasHook(h) })
}

// HasHook reports whether the function has the hook. A hook counts as present until
// the function has named its hooks.
func (r *Run) HasHook(h HookName) bool {
	return !r.Engine.SubscriptionsKnown || slices.Contains(r.Engine.Subscriptions, h)
}
