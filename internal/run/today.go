package run

import (
	"slices"
	"strings"
	"sync"

	"github.com/fasttrack-dev/fasttrack/hook/email"
)

// Today is whom flows.yaml names now. The requested values stay as the run has them;
// who may act on it is decided by today's flow and directory. A nil Today leaves
// that to the run's own lists, as releases before it did.
type Today struct {
	// Flows are today's flows by name.
	Flows map[string]TodayFlow
	// Admins are the file's own. They have rights over the runs of flows that are
	// gone, and over no others.
	Admins []string
	// Groups are those that the directory lists: nobody else is a member.
	Groups map[string]TodayGroup
	// People maps each identity that the directory knows, folded, to the person's
	// e-mail address.
	People map[string]string
}

// TodayFlow is whom a flow names today.
type TodayFlow struct {
	Admins []string
	// Approvers include those whom a requirement of approvals names.
	Approvers []string
	Viewers   []string
	// Requesters may request it, of them only VisibleTo unless that is nil. OnBehalf may
	// request it for Beneficiaries.
	Requesters, VisibleTo, OnBehalf, Beneficiaries []string
	// Recheck has get_permissions called at each approve.
	Recheck bool
	// Slack is what people may do in Slack.
	Slack SlackUse
	// NotifyEnds also notifies when access ends whoever got a message to decide.
	NotifyEnds bool
	// UntilRevoked reports whether it grants access that lasts until it is revoked.
	UntilRevoked bool
	// Extend is how far access may be extended; nil where it may not.
	Extend *ExtendRule
}

// TodayGroup is a group that the directory lists.
type TodayGroup struct {
	// Members are e-mail addresses, FromToken the groups in a token whose holders
	// are members too.
	Members, FromToken []string
}

// means reports whether one principal means the person today.
func (t *Today) means(principal string, p Person, admins []string) bool {
	if t == nil {
		return p.matches(principal, admins)
	}
	group, isGroup := strings.CutPrefix(principal, "group:")
	switch {
	case p.Machine:
		return false
	case isHidden(principal):
		return slices.Contains(p.hiddenAs(t), principal)
	case principal == "everyone":
		return true
	case principal == "admins":
		return t.meansAny(admins, p, nil)
	case isGroup:
		return t.has(group, p)
	}
	return principal == p.ID || t.address(principal) == t.addressOf(p)
}

func (t *Today) meansAny(principals []string, p Person, admins []string) bool {
	_, means := t.meaning(principals, p, admins)
	return means
}

// meaning returns the first of the principals that means the person today; false if
// none does.
func (t *Today) meaning(principals []string, p Person, admins []string) (principal string, means bool) {
	hidden := hiddenForms(func() []string { return p.hiddenAs(t) })
	i := slices.IndexFunc(principals, func(principal string) bool {
		if isHidden(principal) {
			return !p.Machine && hidden(principal)
		}
		return t.means(principal, p, admins)
	})
	if i < 0 {
		return "", false
	}
	return principals[i], true
}

// has reports whether the person is a member of a group: of one that the
// directory lists, by today's directory; of another, by the person's token.
func (t *Today) has(group string, p Person) bool {
	g, listed := t.Groups[group]
	if !listed {
		return slices.Contains(p.tokenGroups(), group)
	}
	address, token := t.addressOf(p), p.tokenGroups()
	return slices.ContainsFunc(g.Members, func(m string) bool { return t.address(m) == address }) ||
		slices.ContainsFunc(g.FromToken, func(from string) bool { return slices.Contains(token, from) })
}

// address is the e-mail address of whoever the directory knows by an identity,
// or the identity itself.
func (t *Today) address(identity string) string {
	folded := email.Fold(identity)
	if known, ok := t.People[folded]; ok {
		return known
	}
	return folded
}

// addressOf is the person's address today: the directory's, if it knows the
// login.
func (t *Today) addressOf(p Person) string {
	for _, identity := range []string{p.Principal, p.ID, p.Email} {
		if known, ok := t.People[email.Fold(identity)]; ok && identity != "" {
			return known
		}
	}
	if p.Email != "" {
		return email.Fold(p.Email)
	}
	return p.ID
}

// LinksOf returns whom today's directory makes one with a handle, as
// [Person.Handles] has them: the address of an identity, and the identities of
// an address. It need not have been seen: two logins are one person as soon as
// the directory says so.
func (t *Today) LinksOf(handle string) []string {
	if t == nil {
		return nil
	}
	var links []string
	for identity, known := range t.People {
		switch identity = foldHandle(identity); handle {
		case identity:
			links = append(links, known)
		case known:
			links = append(links, identity)
		}
	}
	return links
}

// Links is LinksOf for many handles: it reads the directory once, when it is
// first called.
func (t *Today) Links() func(handle string) []string {
	links := sync.OnceValue(func() map[string][]string {
		all := map[string][]string{}
		if t == nil {
			return all
		}
		for identity, known := range t.People {
			identity = foldHandle(identity)
			all[identity] = append(all[identity], known)
			if identity != known {
				all[known] = append(all[known], identity)
			}
		}
		return all
	})
	return func(handle string) []string { return links()[handle] }
}

// knows reports whether the directory knows the person of an address: among its
// people, or as the member of a group.
func (t *Today) knows(address string) bool {
	for _, known := range t.People {
		if known == address {
			return true
		}
	}
	for _, g := range t.Groups {
		if slices.ContainsFunc(g.Members, func(m string) bool { return t.address(m) == address }) {
			return true
		}
	}
	return false
}

// names reports whether the file names a principal anywhere.
func (t *Today) names(principal string) bool {
	if group, isGroup := strings.CutPrefix(principal, "group:"); isGroup {
		if _, listed := t.Groups[group]; listed {
			return true
		}
	} else if t.knows(t.address(principal)) {
		return true
	}
	for _, f := range t.Flows {
		if t.namedIn(principal, f.Admins, f.Approvers, f.Viewers) {
			return true
		}
	}
	return false
}

func (t *Today) namedIn(principal string, lists ...[]string) bool {
	for _, list := range lists {
		if slices.ContainsFunc(list, func(named string) bool { return named == principal || t.address(named) == t.address(principal) }) {
			return true
		}
	}
	return false
}

// Provably lists, once each, the addresses of everybody whom principals provably
// mean; false where that can't be known, as of everyone, or of a group that only
// tokens name.
func (t *Today) Provably(principals, admins []string) ([]string, bool) {
	var all []string
	for _, principal := range principals {
		some, known := t.peopleOf(principal, admins)
		if !known {
			return nil, false
		}
		for _, address := range some {
			if !slices.Contains(all, address) {
				all = append(all, address)
			}
		}
	}
	return all, true
}

func (t *Today) peopleOf(principal string, admins []string) ([]string, bool) {
	group, isGroup := strings.CutPrefix(principal, "group:")
	switch {
	case principal == "everyone" || isHidden(principal):
		return nil, false
	case principal == "admins":
		return t.Provably(admins, nil)
	case isGroup && t == nil:
		return nil, false
	case isGroup:
		g, listed := t.Groups[group]
		var members []string
		for _, m := range g.Members {
			members = append(members, t.address(m))
		}
		return members, listed && len(g.FromToken) == 0
	case t == nil:
		return []string{email.Fold(principal)}, true
	}
	address := t.address(principal)
	if strings.HasPrefix(address, "arn:") {
		return nil, true // mapped to nobody: a machine, which never decides
	}
	return []string{address}, true
}

// matches reports whether one principal means the person: an e-mail or identity,
// "group:NAME", "everyone" (every person, no machine) or "admins" (whoever the
// given admins mean).
func (p Person) matches(principal string, admins []string) bool {
	switch {
	case isHidden(principal):
		return slices.Contains(p.hiddenAs(nil), principal)
	case principal == "everyone":
		return !p.Machine
	case principal == "admins":
		return p.matchesAny(admins, nil)
	case strings.HasPrefix(principal, "group:"):
		group := strings.TrimPrefix(principal, "group:")
		for _, g := range p.Groups {
			if g == group {
				return true
			}
		}
		return false
	default:
		return principal == p.ID || (p.Email != "" && email.Equal(principal, p.Email))
	}
}

func (p Person) matchesAny(principals, admins []string) bool {
	hidden := hiddenForms(func() []string { return p.hiddenAs(nil) })
	return slices.ContainsFunc(principals, func(principal string) bool {
		if isHidden(principal) {
			return hidden(principal)
		}
		return p.matches(principal, admins)
	})
}

// Matches reports whether any of the principals means the person; see [Flow] for
// their forms.
func (p Person) Matches(principals ...string) bool { return p.matchesAny(principals, nil) }

// hiddenAs are the digests that the person's identities would be kept as: those
// of the login and, by today's directory, all others of the same person.
func (p Person) hiddenAs(t *Today) []string {
	identities := []string{p.ID, p.Email}
	if t != nil {
		address := t.addressOf(p)
		identities = append(identities, address)
		for identity, known := range t.People {
			if known == address {
				identities = append(identities, identity)
			}
		}
	}
	var as []string
	for _, identity := range identities {
		if identity != "" {
			as = append(as, hide(identity))
		}
	}
	return as
}

// hiddenForms returns a function that reports whether a digest is one of the
// person's, which are made when the first is looked for: most lists hold none.
func hiddenForms(of func() []string) func(digest string) bool {
	var forms []string
	return func(principal string) bool {
		if forms == nil {
			forms = of()
		}
		return slices.Contains(forms, principal)
	}
}
