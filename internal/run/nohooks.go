package run

// NoHook is what a hook function is called with when no hook is to run: for a flow
// without hooks, whose first state calls one all the same, and to ask a function
// which flows it has hooks for. It is none of [HookNames].
const NoHook HookName = "none"

// withoutHooks is what follows from the first state of a flow without hooks:
// nothing that its function responded, not even that it failed, changes what the
// flow says.
func (d *decider) withoutHooks() answer {
	d.Engine.SubscriptionsKnown, d.Engine.Subscriptions, d.Engine.SubscriptionsVersion = true, nil, ""
	return answer{}
}
