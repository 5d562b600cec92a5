package main

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/pagerduty"
	"github.com/fasttrack-dev/fasttrack/hook/secret"
)

// approveDuringIncident approves access to a target whose service has an open incident in
// PagerDuty. While PagerDuty does not respond, people decide. Who can't wait for them breaks
// the glass, which asks no hook.
func approveDuringIncident(ctx context.Context, e *hook.Event) (hook.FromRequest, error) {
	open, err := hasIncident(ctx, e)
	if err != nil || !open {
		return hook.Continue(), err
	}
	return hook.Approve(e.Fields.Target("target").Label + " has an open incident."), nil
}

// revokeAfterIncident ends the access once the incident is closed. Access that people
// approved without an incident goes on until its end.
func revokeAfterIncident(ctx context.Context, e *hook.Event) (hook.FromActive, error) {
	if by := e.Actor("approve"); by.Type != "hook" {
		return hook.Continue(), nil
	}
	open, err := hasIncident(ctx, e)
	if err != nil || open {
		return hook.Continue(), err // a look that fails changes nothing
	}
	return hook.Revoke("The incident of " + e.Fields.Target("target").Label + " is closed."), nil
}

// hasIncident reports whether the service of the target has an open incident.
func hasIncident(ctx context.Context, e *hook.Event) (bool, error) {
	service := e.Fields.Target("target").Settings.String("service")
	client := pagerduty.New(e.Flow.Vars.String("pagerduty_url"), secret.Named("pagerduty-token"))
	open, err := client.HasIncident(ctx, pagerduty.Incidents{Service: service})
	if err != nil {
		return false, err
	}
	return e.Check("open incident in PagerDuty", open, "service "+service), nil
}
