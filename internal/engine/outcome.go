package engine

import (
	"encoding/json"
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// readOutcome reads what was heard or caught, and keeps what outlasts the hook: its
// output, and which hooks there are.
func (d *decider) readOutcome(hook run.HookName) hookapi.Response {
	var a hookapi.Response
	switch {
	case d.Flow.NoHooks:
		return d.skipHooks()
	case d.step.Failure != nil:
		a.FailedWhole = true
		a.Fail(hook, "%s", d.step.Failure.Text)
	case d.step.Response == nil:
		a.FailedWhole = true
		a.Fail(hook, "gave no answer")
	default:
		d.hooksVersion = d.step.Response.Version
		a = hookapi.Read(hook, d.Flow.Name, d.step.Response.Answer, d.DurationSeconds)
		d.keepUnknownMembers(a)
		if a.Subscribes && !a.FailedWhole {
			d.namedHooks = true
			d.Engine.SubscriptionsKnown = true
			d.Engine.SubscriptionsVersion = d.step.Response.Version
			d.Engine.Subscriptions = nil
			for _, h := range a.Subscriptions {
				if run.KnownHook(string(h)) && !slices.Contains(d.Engine.Subscriptions, h) {
					d.Engine.Subscriptions = append(d.Engine.Subscriptions, h)
				}
			}
		}
	}
	if len(a.Output) > 0 && string(a.Output) != "null" {
		if d.Steps == nil {
			d.Steps = map[string]json.RawMessage{}
		}
		d.Steps[string(hook)] = a.Output
	}
	return a
}

// keepUnknownMembers keeps the names of what is ignored in a response, for the next
// entry of the history.
func (d *decider) keepUnknownMembers(a hookapi.Response) {
	for _, name := range a.Unknown {
		if !slices.Contains(d.Engine.IgnoredMembers, name) && len(d.Engine.IgnoredMembers) < hookapi.MaxUnknown {
			d.Engine.IgnoredMembers = append(d.Engine.IgnoredMembers, name)
		}
	}
}

// skipHooks is what follows from the first state of a flow without hooks:
// nothing that its function responded, not even that it failed, changes what the
// flow says.
func (d *decider) skipHooks() hookapi.Response {
	d.Engine.SubscriptionsKnown, d.Engine.Subscriptions, d.Engine.SubscriptionsVersion = true, nil, ""
	return hookapi.Response{}
}

// addHookReason adds what a hook said that lets the event happen: its evidence and its
// reason, which is a second voice beside the reason of whoever caused the event.
func addHookReason(c *run.Case, h run.HookName, a hookapi.Response) {
	if a.Reason != "" {
		c.HookReason, c.HookReasonBy = a.Reason, h
	}
	c.Checks = append(c.Checks, a.Checks...)
}
