package run

import (
	"cmp"
	"slices"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/hook/email"
)

// namedPeople bounds the people that a requirement names.
const namedPeople = 10

// WaitingFor returns which requirements of a pending run still miss approvals, for p
// to see; see [Run.Seats].
func (r *Run) WaitingFor(p Person, t *Today) []api.WaitingFor { return waitingFor(r, r.Seats(p, t)) }

func waitingFor(r *Run, seats []api.Seat) []api.WaitingFor {
	waits := []api.WaitingFor{}
	if r.Status != Pending {
		return waits
	}
	for _, seat := range seats {
		if seat.Met() {
			continue
		}
		w := api.WaitingFor{From: seat.From, Count: seat.Count, People: []string{}, More: seat.More, Have: []string{}}
		for _, by := range seat.FilledBy {
			w.Have = append(w.Have, cmp.Or(by.Email, by.ID))
		}
		for _, q := range seat.People {
			w.People = append(w.People, q.ID)
		}
		waits = append(waits, w)
	}
	return waits
}

// Seats returns the requirements of a run's review with who fills them, for p to see:
// of a pending run as today's flow and directory have it, with who could fill the rest;
// of any other as it was decided. A person counts for the first requirement that they
// meet; an admin meets any.
func (r *Run) Seats(p Person, t *Today) []api.Seat {
	if r.Review == nil {
		return nil
	}
	if r.Status != Pending {
		return r.seated(r.distinct(), nil)
	}
	r = r.asOf(t)
	by, admins := r.counting(t), r.admins(t)
	all := r.seated(by, t)
	for i, need := range r.Review.Approvals {
		if seat := &all[i]; !seat.Met() {
			addresses, more := r.missing(need, by, admins, p, t)
			for _, address := range addresses {
				seat.People = append(seat.People, personView(personOf(address)))
			}
			seat.More = more
		}
	}
	return all
}

// seated returns the requirements with the approvals that fill them.
func (r *Run) seated(by []Approval, t *Today) []api.Seat {
	places := seats(r.Review.ReviewRule)
	seatOf := seating(len(places), len(by), func(i, seat int) bool { return r.takes(by[i].Person, places[seat], t) })
	all := make([]api.Seat, 0, len(r.Review.Approvals))
	first := 1
	for _, need := range r.Review.Approvals {
		seat := api.Seat{From: r.from(need), Count: need.Count, FilledBy: []api.Person{}, People: []api.Person{}}
		for i, place := range seatOf { // in the order of the approvals
			if first <= place && place < first+need.Count {
				seat.FilledBy = append(seat.FilledBy, personView(by[i].Person))
			}
		}
		first += need.Count
		all = append(all, seat)
	}
	return all
}

// counting are the approvals that count as things stand: of different people who
// may still approve.
func (r *Run) counting(t *Today) []Approval {
	lapsed := r.Lapsed(t)
	return slices.DeleteFunc(r.distinct(), func(a Approval) bool {
		return slices.ContainsFunc(lapsed, func(b Approval) bool { return b.Act == a.Act })
	})
}

func (r *Run) from(need Requirement) string {
	approvers := r.Review.Approvers
	switch {
	case need.From != "":
		return need.From
	case len(approvers) == 0:
		return "admins"
	case len(approvers) == 1 && !isHidden(approvers[0]):
		return approvers[0]
	}
	return api.AnyApprover
}

// missing names some of those who could meet a requirement: of whom it is certain
// that they may approve now. A machine is not shown who is in a group.
func (r *Run) missing(need Requirement, by []Approval, admins []string, p Person, t *Today) (people []string, more bool) {
	people = []string{}
	asked := r.Review.Approvers
	switch {
	case need.From != "":
		asked = []string{need.From}
	case len(asked) == 0:
		asked = AdminsAlone
	}
	for _, principal := range asked {
		addresses, known := t.peopleOf(principal, admins)
		if p.Machine && !isOne(principal) {
			addresses, known = nil, false
		}
		more = more || !known
		for _, address := range addresses {
			q := personOf(address)
			approved := slices.ContainsFunc(by, func(a Approval) bool { return Same(a.Person, q) })
			switch {
			case approved || slices.Contains(people, address) || !email.Plain(address):
			case !r.couldApprove(address, t):
			case len(people) == namedPeople:
				return people, true
			case r.mayApprove(q, t):
				people = append(people, address)
			default:
				more = true // a token may show that they may
			}
		}
	}
	return people, more
}
