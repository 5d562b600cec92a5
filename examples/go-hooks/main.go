package main

import (
	"context"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/hook"
)

func main() {
	hook.Serve(hook.Flows{
		"aws-access": hook.Hooks{OnRequest: fastTrackEmergencies},
	})
}

// fastTrackEmergencies approves emergencies at once; the rest go to people.
func fastTrackEmergencies(ctx context.Context, e *hook.Event) (hook.FromRequest, error) {
	if !isFastTracked(e) {
		return hook.Continue(), nil
	}
	target := e.Fields.Target("target")
	return hook.Approve(fmt.Sprintf("%s was fast tracked %s AWS access.", e.User.Email, target.Label)), nil
}

func isFastTracked(e *hook.Event) bool { return e.Fields.String("urgency") == "Emergency" }
