package run

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/api"
)

// Person is a person or a machine after the directory's mapping. [Same] and
// [Run.OwnedBy] decide who is who; nothing else compares people.
type Person struct {
	// ID is what a person is shown and named by: the e-mail address if there is
	// one, else the principal.
	ID    string `json:"id"`
	Email string `json:"email,omitempty"`
	Name  string `json:"name,omitempty"`
	// Vouched reports that Name is the directory's or the user name of Identity
	// Center: any other is what a token says of itself, for display only.
	Vouched bool `json:"vouched,omitempty"`
	// Groups are without the "group:" prefix.
	Groups []string `json:"groups,omitempty"`
	// ListedGroups are those of Groups that the directory listed, CoveredGroups
	// those of the token that do not count because the directory lists a group of
	// that name. Both are empty in what older versions stored.
	ListedGroups  []string `json:"listed_groups,omitempty"`
	CoveredGroups []string `json:"covered_groups,omitempty"`
	// Machine marks an identity that maps to nobody. A machine may ask where
	// the flow names it, and never decides.
	Machine bool `json:"machine,omitempty"`
	// Principal identifies the login: "iss|sub" of a token, "sso|account|user
	// name" of an Identity Center session, the unique id of an IAM user or role.
	// It is empty in what older releases stored, and is never shown.
	Principal string `json:"principal,omitempty"`
	// Mapped reports that the directory names the principal as one of this
	// person's; ID is then the directory's.
	Mapped bool `json:"mapped,omitempty"`
	// Links are the other principals and addresses that this login is linked
	// to, directly or through others; see package store. They are read whenever
	// people are distinguished, and not kept with a run: they change without it.
	Links []string `json:"-"`
	// Crowded reports that the login is linked to more than can be followed, so
	// that it can't be distinguished from others: it approves nothing, and what it
	// requests nobody approves.
	Crowded bool `json:"-"`
}

// Shown returns the person without what is never shown to anybody else.
func (p Person) Shown() Person {
	p.ListedGroups, p.CoveredGroups, p.Vouched = nil, nil, false
	p.Principal, p.Mapped, p.Links, p.Crowded = "", false, nil, false
	return p
}

// tokenGroups returns the groups that the person's token names.
func (p Person) tokenGroups() []string {
	groups := slices.Clone(p.CoveredGroups)
	for _, g := range p.Groups {
		if !slices.Contains(p.ListedGroups, g) {
			groups = append(groups, g)
		}
	}
	return groups
}

// Actor is the person as the one who caused an event.
func (p Person) Actor() Actor {
	return Actor{Type: UserActor, ID: p.ID, Email: p.Email, Name: p.Name}
}

func personView(p Person) api.Person { return api.Person{ID: p.ID, Email: p.Email, Name: p.Name} }
