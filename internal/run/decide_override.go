package run

// may is Check and, for an override, MayOverride.
func (d *decider) may(a Act) error {
	if a.IfMatch != "" && a.IfMatch != d.ETag() {
		return Moved
	}
	if err := d.Check(a.Event, a.Person, d.step.Today, a.At); err != nil || !a.Override {
		return err
	}
	return d.MayOverride(a, d.step.Today)
}

// lastIgnored is the seq of the last entry with which the hook ignored an action.
func (r *Run) lastIgnored(h HookName) int {
	for i := len(r.History) - 1; i >= 0; i-- {
		if e := r.History[i]; e.Event == Ignore && e.Actor == hookActor(h) && e.Act != "" {
			return e.Seq
		}
	}
	return 0
}

// overridden lets the event take effect whatever the hook said about it: its
// verdict is recorded and set aside. What it found out and how short it wants
// access to be still count.
func (d *decider) overridden(c Case, h HookName, a answer) {
	failure := a.failed(h)
	switch {
	case failure != "":
		c.Override.Verdict, c.Error = "fail", failure
	case a.transition == Ignore:
		c.Override.Verdict = string(Ignore)
		a.reason = a.message
	case a.transition == Deny && c.Event == Approve:
		c.Override.Verdict = string(Deny)
	}
	if failure == "" {
		c.hear(h, a)
		if c.Event == Approve && a.durationSeconds > 0 && (c.DurationSeconds == 0 || a.durationSeconds < c.DurationSeconds) {
			c.DurationSeconds = a.durationSeconds
		}
	}
	d.settle(c)
}
