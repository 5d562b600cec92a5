package engine

import (
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// checkAct is Check and, for an override, MayOverride.
func (d *decider) checkAct(a run.Act) error {
	if a.IfMatch != "" && a.IfMatch != d.ETag() {
		return run.Moved
	}
	if err := d.Check(a.Event, a.Person, d.step.Today, a.At); err != nil || !a.Override {
		return err
	}
	return d.MayOverride(a, d.step.Today)
}

// lastIgnored is the seq of the last entry with which the hook ignored an action.
func lastIgnored(r *run.Run, h run.HookName) int {
	for i := len(r.History) - 1; i >= 0; i-- {
		if e := r.History[i]; e.Event == run.Ignore && e.Actor == run.ByHook(h) && e.Act != "" {
			return e.Seq
		}
	}
	return 0
}

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
	if failure == "" {
		addHookReason(&c, h, a)
		if c.Event == run.Approve && a.DurationSeconds > 0 && (c.DurationSeconds == 0 || a.DurationSeconds < c.DurationSeconds) {
			c.DurationSeconds = a.DurationSeconds
		}
	}
	d.applyTransition(c)
}
