// The hooks of the flows in flows.yaml: rules that decide before people are notified.
// What a hook may do: https://github.com/fasttrack-dev/fasttrack/blob/main/docs/hooks.md
package main

import (
	"context"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// flows has the hooks of each flow, by its name in flows.yaml.
var flows = hook.Flows{
	"aws-access": {OnRequest: approveLowRisk},
}

func main() { hook.Serve(flows) }

// approveLowRisk approves a target whose settings say low_risk, for at most an hour. People
// decide about all others.
func approveLowRisk(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
	target := e.Fields.Target("target")
	if !e.Check("low risk", target.Settings.Bool("low_risk"), target.Label) {
		return hook.Continue(), nil
	}
	return hook.Approve(target.Label + " is low risk.").For(min(e.Run.Duration, time.Hour)), nil
}
