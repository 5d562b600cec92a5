package hook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"time"
)

// logger writes one JSON line a hook, never a value of the request.
var logger = slog.New(slog.NewJSONHandler(os.Stdout, nil))

// Answer answers what the state machine asks: it runs the hook that is asked,
// and after an on_request that decided nothing the reducers too. A hook that
// fails is told of in the answer; the error is for what is not understood at
// all. [Serve] calls it; tests of whole hook functions may.
func (f Flows) Answer(ctx context.Context, raw json.RawMessage) (json.RawMessage, error) {
	a, err := readAsked(raw)
	if err != nil {
		return nil, err
	}
	hooks, own := f[a.Run.Flow.Name]
	if !own {
		hooks = f["*"]
	}
	out := &answer{Version: ContractVersion, Subscriptions: []string{}}
	plans := hooks.plans()
	for _, p := range plans {
		out.Subscriptions = append(out.Subscriptions, p.name)
	}
	for _, name := range chain(a.Hook) {
		if out.Transition != "" {
			break
		}
		for _, p := range plans {
			if p.name == name {
				out.run(ctx, p, raw, a)
			}
		}
	}
	return json.Marshal(out)
}

// chain lists the hooks that are run when one is asked.
func chain(asked string) []string {
	switch asked {
	case onRequest:
		return []string{onRequest, getPermissions, getNotifications}
	case getPermissions:
		return []string{getPermissions, getNotifications}
	}
	return []string{asked}
}

// run runs one hook within its time limit, and adds what comes of it.
func (out *answer) run(ctx context.Context, p plan, raw json.RawMessage, a asked) {
	started := time.Now()
	limit := time.Duration(a.TimeoutSeconds) * time.Second
	if limit <= 0 {
		limit = defaultLimitS * time.Second
	}
	fresh, err := readAsked(raw)
	result := "error"
	if err == nil {
		e := fresh.event(p.name)
		var outcome any
		if outcome, err = within(ctx, limit, p, e); err == nil {
			before := out.Transition
			if err = out.add(e, outcome); err == nil {
				if result = "continue"; out.Transition != before {
					result = out.Transition
				}
			}
		}
	}
	attrs := []any{"run_id", a.Run.ID, "flow", a.Run.Flow.Name, "hook", p.name, "outcome", result, "took_ms", time.Since(started).Milliseconds()}
	if err != nil {
		out.Errors = append(out.Errors, hookError{Hook: p.name, Error: clip(err.Error())})
		logger.Error("hook", append(attrs, "error", clip(err.Error()))...)
		return
	}
	logger.Info("hook", attrs...)
}

// within calls a hook and gives up on it at its limit. One that still runs then
// is left to itself: it has a copy of the event, and nobody listens any more.
func within(ctx context.Context, limit time.Duration, p plan, e *Event) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	type returned struct {
		outcome any
		err     error
	}
	done := make(chan returned, 1)
	go func() {
		r := returned{err: errors.New("it ended its goroutine without returning")}
		defer func() {
			if v := recover(); v != nil {
				logger.Error("panic", "hook", p.name, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
				r = returned{err: fmt.Errorf("panic: %v", v)}
			}
			done <- r
		}()
		r.outcome, r.err = p.run(ctx, e)
	}()
	select {
	case r := <-done:
		return r.outcome, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("it did not return within %s", limit)
	}
}

// clip makes an error fit for the history: one line, not too long.
func clip(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if r := []rune(s); len(r) > 1000 {
		return string(r[:999]) + "…"
	}
	if s == "" {
		return "it failed without saying why"
	}
	return s
}
