package engine

import "github.com/fasttrack-dev/fasttrack/internal/run"

// How many ignored acts the history keeps; more are counted.
const (
	maxIgnored         = 20
	maxIgnoredOfPerson = 5
	ignoredForAdmins   = 5
)

// hasRoomForIgnored reports whether the history still has room for the entry of an
// ignored act: it keeps a few of each person, and some room for admins.
func (d *decider) hasRoomForIgnored(act run.Act) bool {
	kept, own := 0, 0
	for _, e := range d.History {
		if e.Event != run.Ignore || e.Act == "" {
			continue
		}
		kept++
		if by, there := d.findAct(e.Act); there && run.Same(by.Person, act.Person) {
			own++
		}
	}
	if d.IsAdmin(act.Person, d.step.Today) {
		return kept < maxIgnored
	}
	return kept < maxIgnored-ignoredForAdmins && own < maxIgnoredOfPerson
}

// recordIgnored records that something does not count. Past the first few it only
// counts, so that a run's record can't be filled up; kept reports whether there
// is an entry.
func (d *decider) recordIgnored(by run.Actor, via run.Channel, act, message, failure string, checks []run.Check) (kept bool) {
	d.markHandled(act)
	d.Engine.Ignored++
	d.changed = true
	if a, there := d.findAct(act); there && !d.hasRoomForIgnored(a) {
		return false
	}
	d.record(d.Status, run.Entry{
		Event: run.Ignore, Actor: by, Channel: via, Reason: message, Error: failure, Act: act, Checks: checks,
	})
	return true
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
