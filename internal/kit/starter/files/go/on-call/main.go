// The hooks of the flows in flows.yaml: rules that decide before people are notified.
// What a hook may do: https://github.com/fasttrack-dev/fasttrack/blob/main/docs/hooks.md
package main

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/pagerduty"
	"github.com/fasttrack-dev/fasttrack/hook/secret"
)

// flows has the hooks of each flow, by its name in flows.yaml.
var flows = hook.Flows{
	"on-call": {OnRequest: approveOnCall},
}

func main() { hook.Serve(flows) }

// approveOnCall approves a person who is on call now in the flow's schedule. An error sends
// the request to people, who read it.
func approveOnCall(ctx context.Context, e *hook.Event) (hook.FromRequest, error) {
	if e.User.Email == "" { // a machine, which is never on call
		return hook.Continue(), nil
	}
	schedule := e.Flow.Vars.String("pagerduty_schedule")
	client := pagerduty.New(e.Flow.Vars.String("pagerduty_url"), secret.Named("pagerduty-token"))
	onCall, err := client.IsOnCall(ctx, e.User.Email, pagerduty.Schedule(schedule))
	if err != nil {
		return nil, err
	}
	if !e.Check("on call in PagerDuty", onCall, "schedule "+schedule) {
		return hook.Continue(), nil
	}
	return hook.Approve(e.User.Email + " is on call."), nil
}
