package engine

import (
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// applyOverride lets the event take effect whatever the hook said about it: its
// verdict is recorded and set aside. What it found out and how short it wants
// access to be still count.
func (d *decider) applyOverride(c run.Case, h run.HookName, a hookapi.Response) {
	failure := a.Failure(h)
	switch {
	case failure != "":
		c.Override.Verdict, c.Error = "fail", failure
	case a.Transition == run.Ignore:
		c.Override.Verdict = string(run.Ignore)
		a.Reason = a.Message
	case a.Transition == run.Deny && c.Event == run.Approve:
		c.Override.Verdict = string(run.Deny)
	}
	if c.Override.Verdict != "" {
		a.Puts = nil // its outcome is set aside
	}
	if failure == "" {
		addHookReason(&c, h, a)
		if c.Event == run.Approve && a.DurationSeconds > 0 && (c.DurationSeconds == 0 || a.DurationSeconds < c.DurationSeconds) {
			c.DurationSeconds = a.DurationSeconds
		}
	}
	d.applyTransition(c)
}
