package main

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/pagerduty"
	"github.com/fasttrack-dev/fasttrack/hook/secret"
)

// approveOnCall approves who is on call now in the flow's PagerDuty schedule. A
// flow with targets could read the schedule of each from its settings.
func approveOnCall(ctx context.Context, e *hook.Event) (hook.FromRequest, error) {
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
