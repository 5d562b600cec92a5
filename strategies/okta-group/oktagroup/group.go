package oktagroup

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/membership"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/rest"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

// How a person's account is found: by the login, or by the address of the profile.
const (
	byLogin = "login"
	byEmail = "email"
)

// member is the level of all members: Okta knows no other.
const member = 1

// group is a group of one organization.
type group struct {
	client *rest.Client
	org    string
	id     string
	user   string
}

// user is an account as Okta writes it.
type user struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Profile struct {
		Login string `json:"login"`
		Email string `json:"email"`
	} `json:"profile"`
}

// gone are the statuses of accounts that count as gone. Okta says DEPROVISIONED of a
// deactivated account.
var gone = []string{"SUSPENDED", "DEPROVISIONED"}

// present are those of accounts that can sign in, or will be able to.
var present = []string{"ACTIVE", "PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT", "PROVISIONED", "STAGED"}

// unusable says why an account is of no use, "" if it is not.
func (u user) unusable() string {
	switch {
	case slices.Contains(present, u.Status):
		return ""
	case slices.Contains(gone, u.Status):
		return fmt.Sprintf("the account of %s in Okta is %s", u.Profile.Login, u.Status)
	}
	return fmt.Sprintf("the account of %s in Okta has the unknown status %q", u.Profile.Login, u.Status)
}

// Key names the membership.
func (g group) Key() string { return "okta-group " + g.org + " " + g.id }

// Level is the same for all.
func (g group) Level() int { return member }

// Output is what people see.
func (g group) Output(a membership.Account) map[string]string {
	return map[string]string{"user": a.Name, "group": g.id, "url": g.org}
}

// Find finds the person's account, and checks that the group takes members.
func (g group) Find(ctx context.Context, p strategy.Person) (membership.Account, error) {
	if p.Email == "" {
		return membership.Account{}, strategy.Refused("%s has no e-mail address, so no account in Okta", p.ID)
	}
	u, err := g.find(ctx, p.Email)
	if err != nil {
		return membership.Account{}, err
	}
	if why := u.unusable(); why != "" {
		return membership.Account{}, strategy.Refused("%s", why)
	}
	if err := g.check(ctx); err != nil {
		return membership.Account{}, err
	}
	return membership.Account{ID: u.ID, Name: u.Profile.Login}, nil
}

// find finds an account by an address.
func (g group) find(ctx context.Context, address string) (user, error) {
	unknown := strategy.Refused("Okta has no account %s", address)
	if g.user == byLogin {
		var u user
		_, err := g.client.Do(ctx, rest.Call{Path: rest.Path("api", "v1", "users", address)}, &u)
		switch {
		case rest.NotFound(err):
			return user{}, unknown
		case err != nil:
			return user{}, err
		case u.ID == "" || !strings.EqualFold(u.Profile.Login, address):
			// Okta also finds ids and short names.
			return user{}, unknown
		}
		return u, nil
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(address)
	var found []user
	// A filter reads what is stored now; a search reads an index that lags behind.
	query := url.Values{"filter": {`profile.email eq "` + quoted + `"`}, "limit": {"10"}}
	if _, err := g.client.Do(ctx, rest.Call{Path: "/api/v1/users", Query: query}, &found); err != nil {
		return user{}, err
	}
	found = slices.DeleteFunc(found, func(u user) bool { return u.ID == "" || !strings.EqualFold(u.Profile.Email, address) })
	switch len(found) {
	case 0:
		return user{}, unknown
	case 1:
		return found[0], nil
	}
	return user{}, strategy.Refused("Okta has %d accounts with the address %s", len(found), address)
}

// check refuses a group that does not exist, and one whose members Okta takes from
// elsewhere.
func (g group) check(ctx context.Context) error {
	var found struct {
		Type string `json:"type"`
	}
	_, err := g.client.Do(ctx, rest.Call{Path: rest.Path("api", "v1", "groups", g.id)}, &found)
	switch {
	case rest.NotFound(err):
		return strategy.Refused("Okta has no group %s", g.id)
	case err != nil:
		return err
	case found.Type != "OKTA_GROUP":
		return strategy.Refused("group %s in Okta is of type %s; only members of an OKTA_GROUP can be changed", g.id, found.Type)
	}
	return nil
}

// pageSize is how many members a page has: the most that Okta recommends.
const pageSize = "200"

// Read looks for an account among the members of the group.
func (g group) Read(ctx context.Context, id string) (membership.State, error) {
	path := rest.Path("api", "v1", "groups", g.id, "users")
	for users, err := range rest.Pages[[]user](ctx, g.client, path, url.Values{"limit": {pageSize}}) {
		if rest.NotFound(err) {
			return membership.State{}, nil // the group was deleted
		}
		if err != nil {
			return membership.State{}, err
		}
		for _, u := range users {
			if u.ID == id {
				return membership.State{Level: member, Unusable: u.unusable()}, nil
			}
		}
	}
	return membership.State{}, nil
}

// Write adds an account to the group, or removes it.
func (g group) Write(ctx context.Context, id string, level int) error {
	method := http.MethodPut
	if level == 0 {
		method = http.MethodDelete
	}
	_, err := g.client.Do(ctx, rest.Call{Method: method, Path: rest.Path("api", "v1", "groups", g.id, "users", id)}, nil)
	switch {
	case rest.NotFound(err) && level == 0:
		return nil // the account or the group was deleted
	case rest.NotFound(err):
		return strategy.Refused("Okta has no group %s, or no account %s any more", g.id, id)
	}
	return err
}

// limited recognizes Okta's rate limits: https://developer.okta.com/docs/reference/rl-best-practices/
func limited(status int, header http.Header, _ []byte) (wait time.Duration, limited bool) {
	if status != http.StatusTooManyRequests {
		return 0, false
	}
	if d := rest.RetryAfter(header); d > 0 {
		return d, true
	}
	return rest.Until(header, "X-Rate-Limit-Reset"), true
}
