package main

import (
	"context"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// fastTrackEmergencies approves emergencies at once; the rest go to people.
func fastTrackEmergencies(ctx context.Context, e *hook.Event) (hook.FromRequest, error) {
	if !isFastTracked(e) {
		return hook.Continue(), nil
	}
	target := e.Fields.Target("target")
	return hook.Approve(fmt.Sprintf("%s was fast tracked %s AWS access.", e.User.Email, target.Label)), nil
}

func isFastTracked(e *hook.Event) bool { return e.Fields.String("urgency") == "Emergency" }

// fastTrackOnce fast-tracks an emergency and its first extension. People decide about more:
// an emergency that goes on has become a plan.
func fastTrackOnce(ctx context.Context, e *hook.Event) (hook.FromRequest, error) {
	if x := e.Run.Extends; x != nil && !e.Check("first extension", x.Number == 1, fmt.Sprintf("number %d", x.Number)) {
		return hook.Continue(), nil
	}
	return fastTrackEmergencies(ctx, e)
}
