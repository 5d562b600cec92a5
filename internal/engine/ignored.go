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

// findAct returns the act of an id.
func (d *decider) findAct(id string) (run.Act, bool) {
	for _, a := range d.step.Acts {
		if a.ID == id {
			return a, true
		}
	}
	return run.Act{}, false
}
