package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// KnownAs is what somebody is known by, beside their names.
type KnownAs struct {
	// Principals are logins that requests and links of Slack accounts know.
	Principals []string
	// Slack are users of Slack, as TEAM-USER.
	Slack []string
}

// Names are somebody by all that they are known by. Items about messages in Slack know the
// user's id alone.
func (k KnownAs) Names(who run.Names) run.Names {
	who = append(slices.Clone(who), k.Principals...)
	for _, account := range k.Slack {
		_, user, _ := strings.Cut(account, "-")
		who = append(who, user)
	}
	return who
}

// KnownAs reads what somebody is known by.
func (s *Store) KnownAs(ctx context.Context, who run.Names) (KnownAs, error) {
	var known KnownAs
	add := func(list *[]string, name string) {
		if name != "" && !slices.Contains(*list, name) && !slices.Contains(who, name) {
			*list = append(*list, name)
		}
	}
	person := func(p run.Person) bool {
		is := known.Names(who).Is(p.ID, p.Email, p.Principal)
		if is {
			add(&known.Principals, p.Principal)
		}
		return is
	}
	var links []run.SlackAccount
	err := s.eachItem(ctx, func(it item) error {
		switch pk, sk := stringOf(it["pk"]), stringOf(it["sk"]); {
		case strings.HasPrefix(pk, slackLinkPrefix):
			if l, err := readSlackLink(it); err == nil { // else it is deleted if it mentions them
				links = append(links, l)
			}
		case strings.HasPrefix(pk, slackEmailPrefix):
			var u SlackUser
			if json.Unmarshal([]byte(stringOf(it["body"])), &u) == nil && u.ID != "" && who.In(u.Email) {
				add(&known.Slack, u.Team+"-"+u.ID)
			}
		case pk == slackHomes:
			var h SlackHome
			if json.Unmarshal([]byte(stringOf(it["body"])), &h) == nil && who.In(h.Email) {
				add(&known.Slack, h.Team+"-"+h.User)
			}
		case sk == runKey && holds(it, who):
			r, err := readRun(strings.TrimPrefix(pk, partition("")), it)
			if err != nil {
				return nil // is reported when it is erased
			}
			person(r.Requester)
			if r.For != nil {
				person(*r.For)
			}
			if r.Review != nil {
				for _, a := range r.Review.ApprovedBy {
					person(a.Person)
				}
			}
		}
		return nil
	})
	if err != nil {
		return KnownAs{}, err
	}
	// One link may know the login of another.
	for range links {
		for _, l := range links {
			if person(l.Person) || slices.ContainsFunc(who, func(name string) bool { return email.Equal(name, l.Email) }) {
				add(&known.Slack, l.ID())
			}
		}
	}
	return known, nil
}
