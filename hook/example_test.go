package hook_test

import (
	"context"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

// The hooks of a function: hook.Serve(flows) serves them.
var flows = hook.Flows{
	"aws-access": hook.Hooks{OnRequest: fastTrackEmergencies},
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

// A test calls a hook as the function that it is.
func Example() {
	event := hooktest.Event(
		hooktest.Field("urgency", "Emergency"),
		hooktest.Target("target", "prod-ro", "Production read-only", nil),
	)
	outcome, err := flows["aws-access"].OnRequest(context.Background(), event)
	fmt.Println(outcome, err)
	// Output: approve: ada@example.com was fast tracked Production read-only AWS access. <nil>
}
