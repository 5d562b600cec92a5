package main

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// everythingGoes approves every request.
func everythingGoes(context.Context, *hook.Event) (hook.FromRequest, error) {
	return hook.Approve("Everything goes!"), nil
}
