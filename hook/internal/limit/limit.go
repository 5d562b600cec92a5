// Package limit bounds how long a hook's call to another system takes.
package limit

import (
	"context"
	"time"
)

const (
	// alone is the limit where the hook has no deadline.
	alone = 9 * time.Second
	// margin is left of a deadline, for the hook to report the failure.
	margin = 500 * time.Millisecond
)

// Within returns a context for a call. It ends half a second before the hook's
// deadline, or after three quarters of the time that is left if that is less than two
// seconds. If the hook has no deadline, it ends after nine seconds.
func Within(ctx context.Context) (context.Context, context.CancelFunc) {
	left := alone
	if end, ok := ctx.Deadline(); ok {
		left = time.Until(end)
		left -= min(margin, left/4)
	}
	return context.WithTimeout(ctx, left)
}
