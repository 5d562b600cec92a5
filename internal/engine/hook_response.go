package engine

import (
	"encoding/json"
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// readResponse reads the response or the failure of a hook. It stores the hook's
// output, and the list of hooks that the function has.
func (d *decider) readResponse(hook run.HookName) hookapi.Response {
	var a hookapi.Response
	switch {
	case d.Flow.NoHooks:
		return d.skipHooks()
	case d.step.Failure != nil:
		a.FailedWhole = true
		a.Fail(hook, "%s", d.step.Failure.Text)
	case d.step.Response == nil:
		a.FailedWhole = true
		a.Fail(hook, "returned no response")
	default:
		d.hooksVersion = d.step.Response.Version
		a = hookapi.Read(hook, d.Flow.Name, d.step.Response.Body, d.DurationSeconds)
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

// keepUnknownMembers keeps the names of members that were ignored in a response, for
// the next entry of the history.
func (d *decider) keepUnknownMembers(a hookapi.Response) {
	for _, name := range a.Unknown {
		if !slices.Contains(d.Engine.IgnoredMembers, name) && len(d.Engine.IgnoredMembers) < hookapi.MaxUnknown {
			d.Engine.IgnoredMembers = append(d.Engine.IgnoredMembers, name)
		}
	}
}

// skipHooks is the outcome of the first state in a flow without hooks: neither its
// response nor its failure changes anything.
func (d *decider) skipHooks() hookapi.Response {
	d.Engine.SubscriptionsKnown, d.Engine.Subscriptions, d.Engine.SubscriptionsVersion = true, nil, ""
	return hookapi.Response{}
}

// addHookReason adds the evidence and the reason of a hook that allows an event. The
// reason stands beside that of whoever caused the event.
func addHookReason(c *run.Case, h run.HookName, a hookapi.Response) {
	if a.Reason != "" {
		c.HookReason, c.HookReasonBy = a.Reason, h
	}
	c.Checks = append(c.Checks, a.Checks...)
	c.Puts = append(c.Puts, a.Puts...)
}
