// Command hooks is the hook function that old releases were recorded with: each
// built it with the SDK that it had.
package main

import (
	"context"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook"
)

func main() {
	hook.Serve(hook.Flows{"*": {OnRequest: onRequest}, "guarded": {OnRequest: onRequest, OnApprove: onApprove}})
}

// onRequest approves what asks for it, and takes its time where that is asked for.
func onRequest(ctx context.Context, e *hook.Event) (hook.FromRequest, error) {
	switch {
	case strings.Contains(e.Run.Reason, "hang in on_request"):
		hang(ctx)
	case strings.Contains(e.Run.Reason, "fast"):
		return hook.Approve("Fast."), nil
	}
	return hook.Continue(), nil
}

// onApprove guards: root may not.
func onApprove(ctx context.Context, e *hook.Event) (hook.FromApprove, error) {
	if strings.Contains(e.Run.Reason, "hang in on_approve") {
		hang(ctx)
	}
	if e.User.Email == "root@example.com" {
		return hook.Ignore("Not you."), nil
	}
	return hook.Continue(), nil
}

func hang(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(50 * time.Second):
	}
}
