package hook

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
	"unicode"
)

// margin is kept of the function's own time limit for the answer to get out: a
// function that ends without an answer failed in every hook.
const margin = 200 * time.Millisecond

// returned is what came of calling a hook.
type returned struct {
	outcome any
	// failure is what kind of failure it was, "" for none; told says it in
	// words, for people and the hook's author.
	failure, told string
	// hung tells that the hook may still be running.
	hung bool
}

func failed(failure, told string) returned { return returned{failure: failure, told: told} }

// within calls a hook and gives up on it at its limit, or when the function's
// own time is about to end. One that still runs then is left to itself: it has a
// copy of the event, and nobody listens any more.
func within(ctx context.Context, limit time.Duration, call func(context.Context) (any, error)) returned {
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(end)-margin)
	}
	if limit <= 0 {
		return failed("timeout", "no time was left for it: the function's own time limit is too short for its hooks")
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
			r = failed("error", err.Error()) // which is the author's code too
			return
		}
		r = returned{outcome: outcome}
	}()
	select {
	case r := <-done:
		return r
	case <-ctx.Done():
		return returned{failure: "timeout", told: fmt.Sprintf("it did not return within %s", limit.Round(time.Millisecond)), hung: true}
	}
}

// clip makes an error fit for the history: one line, not too long.
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
