package main

import (
	"context"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// denyOutsideWindow denies a start that is not in the window of the target. All else goes
// to people.
func denyOutsideWindow(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
	start := e.Run.ScheduledStart
	if start.IsZero() { // once people have approved it
		return hook.Continue(), nil
	}
	window, err := inWindow(e, start)
	if err != nil || window == "" {
		return hook.Continue(), err
	}
	return hook.Deny(window), nil
}

// grantInWindow looks at the window once more, when access is about to be granted: people may
// have approved the request after the start that it names.
func grantInWindow(_ context.Context, e *hook.Event) (hook.FromEscalate, error) {
	window, err := inWindow(e, time.Now())
	if err != nil || window == "" {
		return hook.Continue(), err
	}
	return hook.Deescalate(window + " Nothing was granted."), nil
}

// inWindow returns why access to the target may not start at that time, "" if it may. The
// settings from and until of the target are its window, in UTC. A target without them has
// maintenance at any time.
func inWindow(e *hook.Event, at time.Time) (string, error) {
	const clock = "15:04"
	target := e.Fields.Target("target")
	from, until := target.Settings.String("from"), target.Settings.String("until")
	if from == "" && until == "" {
		e.Check("in the window", true, target.Label+" has none")
		return "", nil
	}
	for _, s := range []string{from, until} {
		if _, err := time.Parse(clock, s); err != nil {
			return "", fmt.Errorf("settings of target %s: must be a time such as 22:00, got %q", target.ID, s)
		}
	}
	now := at.UTC().Format(clock)
	in := from <= now && now < until
	if until <= from { // over midnight
		in = from <= now || now < until
	}
	if e.Check("in the window", in, fmt.Sprintf("%s to %s UTC, at %s", from, until, now)) {
		return "", nil
	}
	return fmt.Sprintf("%s has maintenance from %s to %s UTC.", target.Label, from, until), nil
}
