package main

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// approveGuests approves a day in a team that has guests. Who joins a team, until that is
// revoked, is for people to decide.
func approveGuests(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
	team := e.Fields.Target("target")
	guests := e.Check("the team has guests", team.Settings.Bool("guests"), team.Label)
	leaves := e.Check("leaves by themselves", !e.Run.UntilRevoked, "")
	if !guests || !leaves {
		return hook.Continue(), nil
	}
	return hook.Approve(team.Label + " has guests."), nil
}
