package hook

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
	"unicode"
)

// margin is left of the function's own time limit for its response: a function that ends
// without one fails all its hooks.
const margin = 200 * time.Millisecond

// returned is the result of calling a hook.
type returned struct {
	outcome any
	// failure is the kind of failure, "" for none; why describes it, for people and
	// the hook's author.
	failure, why string
	// hung reports that the hook may still be running.
	hung bool
}

func failed(failure, why string) returned { return returned{failure: failure, why: why} }

// within calls a hook until its limit, or until the function's own time is about to end.
// A hook that still runs then is abandoned: it has a copy of the event, and what it
// returns is dropped.
func within(ctx context.Context, limit time.Duration, call func(context.Context) (any, error)) returned {
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(end)-margin)
	}
	if limit <= 0 {
		return failed("timeout", "no time was left to call it: the function's own time limit is too short for its hooks")
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan returned, 1)
	go func() {
		r := failed("exit", "it ended its goroutine without returning")
		defer func() {
			if v := recover(); v != nil {
				logger.Error("panic", "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
				r = failed("panic", fmt.Sprintf("panic: %v", v))
			}
			done <- r
		}()
		outcome, err := call(ctx)
		if err != nil {
			r = failed("error", err.Error()) // which may be the author's code and panic
			return
		}
		r = returned{outcome: outcome}
	}()
	select {
	case r := <-done:
		return r
	case <-ctx.Done():
		return returned{failure: "timeout", why: fmt.Sprintf("it did not return within %s", limit.Round(time.Millisecond)), hung: true}
	}
}

// clip shortens an error to one line for the history.
func clip(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if strings.TrimSpace(s) == "" {
		return "it failed without saying why"
	}
	if r := []rune(s); len(r) > maxError {
		return string(r[:maxError-1]) + "…"
	}
	return s
}
