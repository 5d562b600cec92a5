package run

import (
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/email"
)

// Names are somebody by the ids, addresses and principals that a record may hold.
type Names []string

// erasedID is what stands for somebody who was erased.
const erasedID = "erased"

// Is reports whether a person of a record is the one.
func (n Names) Is(id, address, principal string) bool {
	return slices.ContainsFunc(n, func(name string) bool {
		return name == id || name == principal || address != "" && email.Equal(name, address) || email.Equal(name, id)
	})
}

func (n Names) isPerson(p Person) bool { return n.Is(p.ID, p.Email, p.Principal) }

// In reports whether a text mentions one of the names. A name that could be a part
// of any word counts only if it is all of the text.
func (n Names) In(text string) bool {
	low := strings.ToLower(text)
	return slices.ContainsFunc(n, func(name string) bool {
		name = strings.ToLower(name)
		return low == name || strings.ContainsAny(name, "@|:") && strings.Contains(low, name)
	})
}

// as adds what somebody is called in one run: its entries know no principals.
func (n Names) as(r *Run) Names {
	all := slices.Clone(n)
	add := func(p Person) {
		for _, name := range []string{p.ID, p.Email} {
			if name != "" {
				all = append(all, name)
			}
		}
	}
	for _, p := range r.parties() {
		if n.isPerson(*p) {
			add(*p)
		}
	}
	if r.Review != nil {
		for _, a := range r.Review.ApprovedBy {
			if n.Is(a.ID, a.Email, a.Principal) {
				add(a.Person)
			}
		}
	}
	return all
}
