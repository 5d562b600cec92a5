package run

import (
	"cmp"
	"slices"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/hook/email"
)

// namedPeople bounds the people that a requirement names.
const namedPeople = 10

// WaitingFor returns which requirements of a pending run still miss approvals, as
// today's flow and directory have it, for p to see. A person counts for the first
// requirement that they meet; an admin meets any.
func (r *Run) WaitingFor(p Person, t *Today) []api.WaitingFor {
	waits := []api.WaitingFor{}
	if r.Status != Pending || r.Review == nil {
		return waits
	}
	r = r.asOf(t)
	by := r.counting(t)
	all, admins := seats(r.Review.ReviewRule), r.admins(t)
	seatOf := seating(len(all), len(by), func(i, seat int) bool { return r.takes(by[i].Person, all[seat], t) })
	seat := 0
	for _, need := range r.Review.Approvals {
		w := api.WaitingFor{From: r.from(need), Count: need.Count, Have: []string{}}
		for range need.Count {
			if i := slices.Index(seatOf, seat+1); i >= 0 {
				w.Have = append(w.Have, cmp.Or(by[i].Email, by[i].ID))
			}
			seat++
		}
		if len(w.Have) < need.Count {
			w.People, w.More = r.missing(need, by, admins, p, t)
			waits = append(waits, w)
		}
	}
	return waits
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
