package run

import "slices"

// The limits on actions that keep a run's record from being filled up, and one
// person from leaving no room to the others.
const (
	// MaxActs is how many acts of people a run takes.
	MaxActs = 300
	// MaxActsOfPerson is how many of those may be one person's.
	MaxActsOfPerson = 30
	// MaxActsPerMinute is how many of those one person may send in a minute.
	MaxActsPerMinute = 10

	// The last acts of MaxActs are kept for admins, and those before them for
	// admins and for anybody's revoke.
	reservedForAdmins = 60
	reservedForRevoke = 30
)

// Full says why a run takes no more acts; it is safe to show.
type Full string

func (f Full) Error() string { return string(f) }

// Room reports whether the run takes a beside those of acts that came before it:
// all of them, if a has no id yet. nil means yes, else a [Full] says why not. Acts
// count against their sender whether they took effect or were ignored.
func (r *Run) Room(acts []Act, a Act, t *Today) error {
	room := room{run: r, today: t}
	for _, before := range acts {
		if a.ID != "" && before.ID >= a.ID {
			break
		}
		_ = room.take(before) // what finds no room takes none
	}
	return room.take(a)
}

// room counts the acts of a run in the order in which they came. An act that
// finds no room takes none from others.
type room struct {
	run    *Run
	today  *Today
	taken  int
	shares []share
	// unconfirmed counts the confirms without effect since the last that had one.
	unconfirmed int
}

type share struct {
	of    Person
	taken int
}

func (c *room) take(a Act) error {
	if a.Event == Confirm {
		return c.takeConfirm(a)
	}
	of := c.share(a.Person)
	admin := c.run.IsAdmin(a.Person, c.today)
	most := MaxActs
	if admin && a.Override && (a.Event == Deny || a.Event == Revoke) {
		return nil // it takes effect, so there is one
	}
	switch {
	case admin:
	case a.Event == Revoke:
		most -= reservedForAdmins
	default:
		most -= reservedForAdmins + reservedForRevoke
	}
	switch {
	case of.taken >= MaxActsOfPerson:
		return Full("You have acted on this request 30 times, which is as often as one person may.")
	case c.taken >= most:
		return Full("This request has had as many actions as it takes.")
	}
	of.taken++
	c.taken++
	return nil
}

// takeConfirm counts confirms apart from other acts: over years there are many, and none
// may leave its sender without room for a revoke. Those that had no effect are limited.
func (c *room) takeConfirm(a Act) error {
	if slices.ContainsFunc(c.run.History, func(e Entry) bool { return e.Event == Confirm && e.Act == a.ID && a.ID != "" }) {
		c.unconfirmed = 0
		return nil
	}
	if c.unconfirmed >= MaxActsOfPerson {
		return Full("This access was confirmed 30 times without effect, which is as often as it takes.")
	}
	c.unconfirmed++
	return nil
}

func (c *room) share(p Person) *share {
	for i := range c.shares {
		if Same(c.shares[i].of, p) {
			return &c.shares[i]
		}
	}
	c.shares = append(c.shares, share{of: p})
	return &c.shares[len(c.shares)-1]
}
