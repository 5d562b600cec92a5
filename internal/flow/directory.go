package flow

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Directory has the people and groups of flows.yaml that a token can't name.
type Directory struct {
	Groups map[string]Group
	People []Entry
	// Slack are the Slack channels of groups, such as "#sre-approvals".
	Slack map[string]string
}

// Group is a group that the directory lists: it has the members named here, and
// no others.
type Group struct {
	// Members are e-mails.
	Members []string
	// FromToken are the groups in a token whose holders are members too.
	FromToken []string
}

// Entry is one person with all the identities they come under: e-mails, ARNs
// of IAM users and roles, "issuer|subject".
type Entry struct {
	Email      string
	Name       string
	Identities []string
}

// Lookup returns the person that an identity or e-mail belongs to; false if the
// directory doesn't know it. The person's groups are the directory's. Mapped is
// set if an entry of people names the identity.
func (d Directory) Lookup(identity string) (run.Person, bool) {
	for _, e := range d.People {
		if e.is(email.Fold(identity)) {
			p := d.person(e.Email, e.Name)
			p.Mapped = true
			return p, true
		}
	}
	if email.Plain(identity) {
		if groups := d.GroupsOf(identity); len(groups) > 0 {
			return d.person(identity, ""), true
		}
	}
	return run.Person{}, false
}

// is reports whether a folded identity is one of the person's.
func (e Entry) is(folded string) bool {
	return email.Fold(e.Email) == folded || slices.ContainsFunc(e.Identities, func(i string) bool { return email.Fold(i) == folded })
}

// unify puts a person's e-mail in place of their other identities, in groups
// and wherever flows name somebody, so that one person with two identities is
// one requester and one approver however they come and are named.
func (d *Directory) unify(file *File) {
	emails := map[string]string{}
	for _, e := range d.People {
		for _, identity := range e.Identities {
			emails[email.Fold(identity)] = email.Fold(e.Email)
		}
	}
	if len(emails) == 0 {
		return
	}
	replace := func(lists ...[]string) {
		for _, list := range lists {
			for i, name := range list {
				if address, known := emails[email.Fold(name)]; known {
					list[i] = address
				}
			}
		}
	}
	for _, g := range d.Groups {
		replace(g.Members)
	}
	replace(file.Admins)
	for i := range file.Flows {
		f := &file.Flows[i]
		replace(f.Requesters, f.VisibleTo, f.Admins, f.Review.Approvers, f.Review.Viewers)
		if f.OnBehalf != nil {
			replace(f.OnBehalf.Who, f.OnBehalf.For)
		}
		if f.BreakGlass != nil {
			replace(f.BreakGlass.Who)
		}
		for _, b := range f.TargetGlass {
			replace(b.Who) // in place: the rules share the list
		}
		for j := range f.Review.Approvals {
			from := []string{f.Review.Approvals[j].From}
			replace(from)
			f.Review.Approvals[j].From = from[0]
		}
	}
}

// Beneficiary returns the person of an address as whom a request may be for; false if the
// directory doesn't know it. Mapped is set if their entry says which logins are theirs.
func (d Directory) Beneficiary(address string) (run.Person, bool) {
	p, known := d.Lookup(address)
	if !known || !email.Plain(p.Email) {
		return run.Person{}, false
	}
	p.Mapped = slices.ContainsFunc(d.People, func(e Entry) bool { return email.Equal(e.Email, p.Email) && len(e.Identities) > 0 })
	return p, true
}

func (d Directory) person(address, name string) run.Person {
	return d.WithTokenGroups(run.Person{ID: email.Fold(address), Email: email.Fold(address), Name: name, Vouched: name != ""}, nil)
}

// WithTokenGroups returns the person with the groups of the directory and those of a
// token. A token adds nobody to a group that the directory lists, unless the group takes
// members from one of the token's groups.
func (d Directory) WithTokenGroups(p run.Person, token []string) run.Person {
	p.Groups, p.ListedGroups, p.CoveredGroups = nil, nil, nil
	for _, name := range sortedKeys(d.Groups) {
		if d.has(name, p.Email, token) {
			p.Groups = append(p.Groups, name)
		}
	}
	p.ListedGroups = slices.Clone(p.Groups)
	for _, name := range token {
		to := &p.Groups
		if _, listed := d.Groups[name]; listed {
			to = &p.CoveredGroups
		}
		if isGroupName(name) && !slices.Contains(*to, name) {
			*to = append(*to, name)
		}
	}
	return p
}

// has reports whether a listed group has the person of an address and of token
// groups.
func (d Directory) has(name, address string, token []string) bool {
	g := d.Groups[name]
	return address != "" && slices.ContainsFunc(g.Members, func(m string) bool { return email.Equal(m, address) }) ||
		slices.ContainsFunc(g.FromToken, func(from string) bool { return slices.Contains(token, from) })
}

// GroupsOf lists the directory's groups of an e-mail, sorted.
func (d Directory) GroupsOf(address string) []string {
	var groups []string
	for _, name := range sortedKeys(d.Groups) {
		if d.has(name, address, nil) {
			groups = append(groups, name)
		}
	}
	return groups
}
