package main

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// approveLowRisk approves a target whose settings say low_risk.
func approveLowRisk(ctx context.Context, e *hook.Event) (hook.FromRequest, error) {
	target := e.Fields.Target("target")
	if !e.Check("low risk", target.Settings.Bool("low_risk"), target.Label) {
		return hook.Continue(), nil
	}
	return hook.Approve(target.Label + " is low risk."), nil
}
