package flow

import (
	"fmt"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// NoLimit is the value of a limit that doesn't limit.
const NoLimit = -1

// Limits bound how much one person may request of a flow. A zero member is the
// default, [NoLimit] none.
type Limits struct {
	// OpenPerPerson is how many requests of one person may wait for a decision.
	OpenPerPerson int `json:",omitempty"`
	// PerMinute is how many requests a person may send within any minute,
	// MachinesPerMinute the same of a machine.
	PerMinute         int `json:",omitempty"`
	MachinesPerMinute int `json:",omitempty"`
	// Holders is how many requests may hold one access at a time.
	Holders int `json:",omitempty"`
}

// The limits of a flow that sets none.
const (
	DefaultOpenPerPerson     = 20
	DefaultPerMinute         = 10
	DefaultMachinesPerMinute = 60
	DefaultHolders           = 200
)

// Allowance is how much a requester may request of a flow; [NoLimit] doesn't
// limit.
type Allowance struct{ Open, PerMinute int }

// None reports whether nothing is limited.
func (a Allowance) None() bool { return a.Open == NoLimit && a.PerMinute == NoLimit }

// Allowance returns how much p may request of the flow.
func (f *Flow) Allowance(p run.Person) Allowance {
	a := Allowance{
		Open:      limitOr(f.Limits.OpenPerPerson, DefaultOpenPerPerson),
		PerMinute: limitOr(f.Limits.PerMinute, DefaultPerMinute),
	}
	if p.Machine {
		a.PerMinute = limitOr(f.Limits.MachinesPerMinute, DefaultMachinesPerMinute)
	}
	return a
}

func limitOr(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// Usage is what counts against a requester's [Allowance] of a flow. It is kept
// beside the requests and written before each of them, under the condition that
// nobody wrote it meanwhile.
type Usage struct {
	// Open are the requests that may still wait for a decision, by id, with when
	// they were made in Unix seconds. A decided one stays until room is needed.
	Open map[string]int64 `json:"open,omitempty"`
	// Recent are when requests were made within the last minute, in Unix
	// milliseconds.
	Recent []int64 `json:"recent,omitempty"`
	// Broken are the emergencies of the last 24 hours, by id, with when they were in
	// Unix milliseconds.
	Broken map[string]int64 `json:"broken,omitempty"`
	// Version is the stored item's, 0 before it is stored.
	Version int64 `json:"-"`
}

// window is the time in which PerMinute counts.
const window = time.Minute

// Spent reports that an allowance leaves no room for another request.
type Spent struct {
	// After is when to try again.
	After  time.Duration
	Detail string
}

func (s Spent) Error() string { return s.Detail }

// Take returns the usage with one more request of that id; one that it holds
// already is not counted again. others is the usage of the requester's other
// logins, which counts as well. The error is a [Spent].
func (u Usage) Take(id string, a Allowance, others []Usage, now time.Time) (Usage, error) {
	if _, there := u.Open[id]; there {
		return u, nil
	}
	var recent []int64
	open := map[string]bool{}
	for _, u := range append(slices.Clone(others), u) {
		for _, at := range u.Recent {
			if at > now.Add(-window).UnixMilli() {
				recent = append(recent, at)
			}
		}
		for id := range u.Open {
			open[id] = true
		}
	}
	slices.Sort(recent)
	if most := a.PerMinute; most != NoLimit && len(recent) >= most {
		room := time.UnixMilli(recent[len(recent)-most]).Add(window)
		return u, Spent{room.Sub(now), fmt.Sprintf("You may send %s a minute to this flow.", text.Count(most, "request"))}
	}
	if most := a.Open; most != NoLimit && len(open) >= most {
		return u, Spent{window, fmt.Sprintf("You have %s of this flow waiting for a decision, which is as many as it takes from one person.", text.Count(most, "request"))}
	}
	next := Usage{Broken: u.Broken, Version: u.Version}
	if a.Open != NoLimit {
		next.Open = map[string]int64{id: now.Unix()}
		for id, at := range u.Open {
			next.Open[id] = at
		}
	}
	for _, at := range append(slices.Clone(u.Recent), now.UnixMilli()) {
		if at > now.Add(-window).UnixMilli() {
			next.Recent = append(next.Recent, at)
		}
	}
	return next, nil
}

// Crowded reports whether to read which of the open requests are decided by now. It
// does when the limit is reached, and after every [DefaultOpenPerPerson] requests.
func (u Usage) Crowded(a Allowance) bool {
	n := len(u.Open)
	return a.Open != NoLimit && n > 0 && (n >= a.Open || n%DefaultOpenPerPerson == 0)
}

// Without returns the usage without requests that are no longer open. undecided has an
// entry for each stored request: true while it awaits a decision. A request without an
// entry stays open for a minute, in which it may yet be stored.
func (u Usage) Without(undecided map[string]bool, now time.Time) Usage {
	next := Usage{Open: map[string]int64{}, Recent: u.Recent, Broken: u.Broken, Version: u.Version}
	for id, at := range u.Open {
		waits, stored := undecided[id]
		if waits || !stored && time.Unix(at, 0).After(now.Add(-window)) {
			next.Open[id] = at
		}
	}
	return next
}
