package run

// How many ignored acts the history keeps; more are counted.
const (
	maxIgnored         = 20
	maxIgnoredOfPerson = 5
	ignoredForAdmins   = 5
)

// keepsIgnored reports whether the history still has room for the entry of an
// ignored act: it keeps a few of each person, and some room for admins.
func (d *decider) keepsIgnored(act Act) bool {
	kept, own := 0, 0
	for _, e := range d.History {
		if e.Event != Ignore || e.Act == "" {
			continue
		}
		kept++
		if by, there := d.act(e.Act); there && Same(by.Person, act.Person) {
			own++
		}
	}
	if d.isAdmin(act.Person, d.step.Today) {
		return kept < maxIgnored
	}
	return kept < maxIgnored-ignoredForAdmins && own < maxIgnoredOfPerson
}

// act returns the act of an id.
func (d *decider) act(id string) (Act, bool) {
	for _, a := range d.step.Acts {
		if a.ID == id {
			return a, true
		}
	}
	return Act{}, false
}
