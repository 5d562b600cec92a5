package run

import (
	"fmt"
	"slices"
	"strings"
)

// seats are the approvals that a rule needs, one entry a person.
func seats(rule ReviewRule) []Requirement {
	var all []Requirement
	for _, need := range rule.Approvals {
		for range need.Count {
			all = append(all, need)
		}
	}
	return all
}

// seated reports whether so many seats can be filled by different people; takes
// says who can take which. It is a matching by augmenting paths (Kuhn): greedy
// would miss that the only one of group B was seated for group A.
func seated(seats, people int, takes func(person, seat int) bool) bool {
	if people < seats {
		return false
	}
	filled := 0
	for _, seat := range seating(seats, people, takes) {
		if seat > 0 {
			filled++
		}
	}
	return filled == seats
}

// seating fills as many seats as it can with different people, the first ones
// first, and returns the seat of each person, plus one.
func seating(seats, people int, takes func(person, seat int) bool) []int {
	seatOf := make([]int, people)
	var place func(seat int, tried []bool) bool
	place = func(seat int, tried []bool) bool {
		for i := range people {
			if tried[i] || !takes(i, seat) {
				continue
			}
			tried[i] = true
			if seatOf[i] == 0 || place(seatOf[i]-1, tried) {
				seatOf[i] = seat + 1
				return true
			}
		}
		return false
	}
	for seat := range seats {
		place(seat, make([]bool, people))
	}
	return seatOf
}

// ThresholdMet reports whether the approvals meet every requirement with different
// people: an admin counts for any requirement, anybody else for those whose From
// names them.
func (r *Run) ThresholdMet(t *Today) bool {
	by, all := r.distinct(), seats(r.Review.ReviewRule)
	return seated(len(all), len(by), func(i, seat int) bool { return r.takes(by[i].Person, all[seat], t) })
}

// Lapsed returns the approvals of people who may no longer approve.
func (r *Run) Lapsed(t *Today) []Approval {
	var all []Approval
	for _, a := range r.Review.ApprovedBy {
		if !r.mayApprove(a.Person, t) {
			all = append(all, a)
		}
	}
	return all
}

// Short says why too few people provably could approve the run as things stand,
// "" if enough could or it can't be known.
func (r *Run) Short(t *Today) string {
	rule, admins := r.rule(), r.admins(t)
	if r.enough(rule, admins, t) {
		return ""
	}
	var people []string
	var known []Requirement
	for _, seat := range seats(rule) {
		who, all := t.Provably(rule.of(seat), admins)
		if !all {
			continue // somebody may come whom nobody can name
		}
		known = append(known, seat)
		for _, address := range who {
			if !slices.Contains(people, address) && r.couldApprove(address, t) {
				people = append(people, address)
			}
		}
	}
	if seated(len(known), len(people), func(i, seat int) bool {
		p, from := personOf(people[i]), known[seat].From
		return from == "" && t.meansAny(rule.Approvers, p, admins) || t.means(from, p, admins) || r.IsAdmin(p, t)
	}) {
		return ""
	}
	slices.Sort(people)
	switch {
	case len(people) == 0:
		if r.For != nil {
			return "nobody could decide it: its approvers and admins are nobody but the requester and whom it is for"
		}
		return "nobody could decide it: its approvers and admins are nobody but the requester"
	case len(people) < len(known):
		return fmt.Sprintf("%d people must approve, but only %d may: %s", len(known), len(people), strings.Join(people, ", "))
	}
	return fmt.Sprintf("each requirement of approvals must be met by different people, but only these may approve: %s", strings.Join(people, ", "))
}

// of are the principals who meet a requirement.
func (rule ReviewRule) of(seat Requirement) []string {
	if seat.From != "" {
		return []string{seat.From, "admins"}
	}
	return append(slices.Clone(rule.Approvers), "admins")
}

// enough reports whether the first people who come to mind could meet the rule.
// If it is false, others still may. It spares looking at each of a long list.
func (r *Run) enough(rule ReviewRule, admins []string, t *Today) bool {
	var taken []string
	for _, seat := range seats(rule) {
		who, all := t.Provably(rule.of(seat), admins)
		i := slices.IndexFunc(who, func(address string) bool { return !slices.Contains(taken, address) && r.couldApprove(address, t) })
		switch {
		case !all: // somebody may come whom nobody can name
		case i < 0:
			return false
		default:
			taken = append(taken, who[i])
		}
	}
	return true
}

// couldApprove reports whether the person of an address could approve the run:
// false only if it is provable that they could not.
func (r *Run) couldApprove(address string, t *Today) bool {
	p := personOf(address)
	if r.ownApproval(p) {
		return false
	}
	if t == nil || r.mayApprove(p, t) {
		return true
	}
	f, there := t.Flows[r.Flow.Name]
	if !there {
		return false
	}
	_, known := t.Provably(f.Approvers, f.Admins)
	return !known // a token may yet show that today's flow allows it
}

// takes reports whether a person's approval meets a requirement.
func (r *Run) takes(p Person, need Requirement, t *Today) bool {
	return need.From == "" || r.IsAdmin(p, t) || t.means(need.From, p, r.admins(t))
}
