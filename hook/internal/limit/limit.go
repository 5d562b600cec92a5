// Package limit says how long a hook's call to another system may take.
package limit

import (
	"context"
	"time"
)

const (
	// alone is how long a call may take where the hook has no deadline.
	alone = 9 * time.Second
	// margin is kept of a deadline, for the hook to say what was wrong.
	margin = 500 * time.Millisecond
)

// Within ends a call half a second before the hook's own end, or at three
// quarters of the time that is left where that is short; after nine seconds
// where the hook has none.
func Within(ctx context.Context) (context.Context, context.CancelFunc) {
	left := alone
	if end, ok := ctx.Deadline(); ok {
		left = time.Until(end)
		left -= min(margin, left/4)
	}
	return context.WithTimeout(ctx, left)
}
