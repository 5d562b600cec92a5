// The hooks of the flows in flows.yaml: rules that decide before people are notified.
// What a hook may do: https://github.com/fasttrack-dev/fasttrack/blob/main/docs/hooks.md
package main

import (
	"context"
	"slices"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// flows has the hooks of each flow, by its name in flows.yaml.
var flows = hook.Flows{
	"deploy": {OnRequest: approveLowRisk},
}

func main() { hook.Serve(flows) }

// approveLowRisk approves a service that the flow's var low_risk lists. People decide about
// all others.
func approveLowRisk(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
	service := e.Fields.String("service")
	if !e.Check("low risk", slices.Contains(e.Flow.Vars.Strings("low_risk"), service), service) {
		return hook.Continue(), nil
	}
	return hook.Approve(service + " is low risk."), nil
}
