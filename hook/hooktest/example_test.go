package hooktest_test

import (
	"context"
	"fmt"
	"reflect"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

// onlyGrace lets approvals of Grace count.
func onlyGrace(_ context.Context, e *hook.Event) (hook.FromApprove, error) {
	if e.User.Email != "grace@example.com" {
		return hook.Ignore("Only Grace may approve."), nil
	}
	return hook.Continue(), nil
}

// A hook is a function: a test calls it with an event and compares the outcome.
func ExampleEvent() {
	event := hooktest.Event(hooktest.Hook("on_approve"), hooktest.ByUser("linus@example.com"))
	got, err := onlyGrace(context.Background(), event)
	fmt.Println(got, err, reflect.DeepEqual(got, hook.Ignore("Only Grace may approve.")))
	// Output: ignore: Only Grace may approve. <nil> true
}

// A whole function is tested by its response.
func ExampleInvocation() {
	flows := hook.Flows{"sample": {OnApprove: onlyGrace}}
	got, err := flows.Respond(context.Background(), hooktest.Invocation(hooktest.Hook("on_approve"), hooktest.ByUser("linus@example.com")))
	fmt.Println(string(got), err)
	// Output: {"version":"1","transition":"ignore","message":"Only Grace may approve.","subscriptions":["on_approve"]} <nil>
}
