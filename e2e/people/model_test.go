package people

import (
	"fmt"
	"slices"
	"strings"
)

// rules is what a flows.yaml says, as far as it matters here.
type rules struct {
	approvals         int
	admins, approvers []string // addresses, group:g (listed) or group:t (by tokens)
	members           []string // of group g
	mapped            map[string]string
}

func (r rules) yaml() string {
	list := func(names []string) string { return "[" + strings.Join(names, ", ") + "]" }
	var b strings.Builder
	fmt.Fprintf(&b, "flows:\n  - {name: f, admins: %s, review: {approvers: %s, approvals: %d}}\n", list(r.admins), list(r.approvers), r.approvals)
	fmt.Fprintf(&b, "directory:\n  groups: {g: %s}\n  people:\n", list(r.members))
	byAddress := map[string][]string{}
	for identity, address := range r.mapped {
		byAddress[address] = append(byAddress[address], fmt.Sprintf("%q", identity))
	}
	for _, address := range addresses {
		if ids := byAddress[address]; len(ids) > 0 {
			slices.Sort(ids)
			fmt.Fprintf(&b, "    - {email: %s, identities: %s}\n", address, list(ids))
		}
	}
	return strings.TrimSuffix(b.String(), "  people:\n")
}

// who is the address by which the rules know a login, "" for a machine.
func (r rules) who(principal, address string) string {
	if known, ok := r.mapped[principal]; ok {
		return known
	}
	return address
}

// names reports whether a list means somebody of an address and token groups.
func (r rules) names(list []string, address string, groups []string) bool {
	return slices.ContainsFunc(list, func(name string) bool {
		switch name {
		case "group:g":
			return slices.Contains(r.members, address)
		case "group:t":
			return slices.Contains(groups, "t")
		}
		return name == address
	})
}

// links is who is one person, by all that was seen: a union-find over principals
// and addresses.
type links map[string]string

func (l links) find(x string) string {
	for l[x] != "" && l[x] != x {
		x = l[x]
	}
	return x
}

func (l links) join(x, y string) { l[l.find(x)] = l.find(y) }

// saw is a call of a login under the rules.
func (l links) saw(k token, r rules) {
	if k.address != "" {
		l.join(k.principal(), k.address)
	}
	if known, ok := r.mapped[k.principal()]; ok {
		l.join(k.principal(), known)
	}
}

// under returns the links and what today's rules map, which need not have been
// seen.
func (l links) under(r rules) links {
	all := links{}
	for x, y := range l {
		all[x] = y
	}
	for identity, address := range r.mapped {
		all.join(identity, address)
	}
	return all
}
