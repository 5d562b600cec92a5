// Package okta looks up people and groups in Okta, by its management API
// (https://developer.okta.com/docs/api/).
package okta

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/rest"
)

// service is the name of Okta in errors.
const service = "Okta"

// Client calls one organization.
type Client struct{ rest *rest.Client }

// New returns a client of the organization at baseURL, such as
// https://example.okta.com. token returns an API token, such as
// secret.Named("okta-token"); that of a read-only administrator suffices.
func New(baseURL string, token func(context.Context) (string, error)) *Client {
	return &Client{rest.New(service, baseURL, func(ctx context.Context, h http.Header) error {
		key, err := token(ctx)
		if err != nil {
			return err
		}
		h.Set("Authorization", "SSWS "+key)
		return nil
	})}
}

// User is a person in Okta.
type User struct {
	ID, Login, Email string
	// Status is Okta's, such as "ACTIVE".
	Status string
	// Profile are the person's attributes, those of Okta and those that the
	// organization added, such as "department".
	Profile Profile
}

// Active reports whether the person can sign in. Those who never did (STAGED,
// PROVISIONED), are kept out (LOCKED_OUT, SUSPENDED) or have left (DEPROVISIONED)
// can't, and neither can a status that this package doesn't know.
func (u User) Active() bool {
	return u.Status == "ACTIVE" || u.Status == "PASSWORD_EXPIRED" || u.Status == "RECOVERY"
}

// UnmarshalJSON reads a user as Okta writes it.
func (u *User) UnmarshalJSON(raw []byte) error {
	var in struct {
		ID, Status string
		Profile    Profile
	}
	err := json.Unmarshal(raw, &in)
	*u = User{ID: in.ID, Status: in.Status, Login: in.Profile.String("login"), Email: in.Profile.String("email"), Profile: in.Profile}
	return err
}

// Profile are attributes of a person
// (https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/).
type Profile map[string]json.RawMessage

// String returns an attribute that is a string; "" if it is absent or of another
// type.
func (p Profile) String(name string) string { return attribute[string](p, name) }

// Strings returns an attribute that is a list of strings; nil if it is absent or of
// another type.
func (p Profile) Strings(name string) []string { return attribute[[]string](p, name) }

// Bool returns an attribute that is true or false; false if it is absent or of
// another type.
func (p Profile) Bool(name string) bool { return attribute[bool](p, name) }

func attribute[T any](p Profile, name string) T {
	var v, none T
	if json.Unmarshal(p[name], &v) != nil {
		return none
	}
	return v
}

type group struct {
	ID      string `json:"id"`
	Profile struct {
		Name string `json:"name"`
	} `json:"profile"`
}

// User returns the person of that login, which is an e-mail in most organizations. A
// person whom Okta doesn't know, and one who can't sign in, is an error.
func (c *Client) User(ctx context.Context, login string) (User, error) {
	if login == "" {
		return User{}, fmt.Errorf("%s: the person has no e-mail, so no login", service)
	}
	var u User
	if err := c.rest.Get(ctx, rest.Path("api", "v1", "users", login), nil, &u); rest.NotFound(err) {
		return User{}, unknownUser(login)
	} else if err != nil {
		return User{}, err
	}
	if !u.Active() {
		return User{}, fmt.Errorf("user %s is %s in Okta, and can't sign in", login, cmp.Or(u.Status, "of unknown status"))
	}
	return u, nil
}

func unknownUser(login string) error { return fmt.Errorf("%s has no user %s", service, login) }

// InGroup reports whether the person of that login is in the group of that id or
// name. A group or a person that Okta doesn't know, and a person who can't sign in,
// such as a suspended one, is an error, not false: a rule that says "never these"
// must not let them through.
func (c *Client) InGroup(ctx context.Context, login, idOrName string) (bool, error) {
	want, err := c.group(ctx, idOrName)
	if err != nil {
		return false, err
	}
	if _, err := c.User(ctx, login); err != nil {
		return false, err
	}
	for groups, err := range rest.Pages[[]group](ctx, c.rest, rest.Path("api", "v1", "users", login, "groups"), nil) {
		switch {
		case rest.NotFound(err):
			return false, unknownUser(login)
		case err != nil:
			return false, err
		case slices.ContainsFunc(groups, func(g group) bool { return g.ID == want.ID }):
			return true, nil
		}
	}
	return false, nil
}

// UsersInGroup returns the people in the group of that id or name who can sign in.
func (c *Client) UsersInGroup(ctx context.Context, idOrName string) ([]User, error) {
	g, err := c.group(ctx, idOrName)
	if err != nil {
		return nil, err
	}
	users := []User{}
	for page, err := range rest.Pages[[]User](ctx, c.rest, rest.Path("api", "v1", "groups", g.ID, "users"), url.Values{"limit": {"200"}}) {
		if err != nil {
			return nil, err
		}
		users = append(users, slices.DeleteFunc(page, func(u User) bool { return !u.Active() })...)
	}
	return users, nil
}

// isGroupID reports whether s has the form of Okta's ids of groups.
func isGroupID(s string) bool {
	alphanumeric := func(r rune) bool {
		return '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
	}
	return len(s) == 20 && strings.HasPrefix(s, "00g") && strings.TrimFunc(s, alphanumeric) == ""
}

// group finds a group by id, or by its whole name.
func (c *Client) group(ctx context.Context, idOrName string) (group, error) {
	if idOrName == "" {
		return group{}, fmt.Errorf("%s: the group's name is empty", service)
	}
	if isGroupID(idOrName) {
		var g group
		err := c.rest.Get(ctx, rest.Path("api", "v1", "groups", idOrName), nil, &g)
		if err == nil || !rest.NotFound(err) {
			return g, err
		}
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(idOrName)
	var found []group
	if err := c.rest.Get(ctx, "/api/v1/groups", url.Values{"search": {`profile.name eq "` + quoted + `"`}}, &found); err != nil {
		return group{}, err
	}
	found = slices.DeleteFunc(found, func(g group) bool { return g.Profile.Name != idOrName })
	switch len(found) {
	case 0:
		return group{}, fmt.Errorf("%s has no group %s", service, idOrName)
	case 1:
		return found[0], nil
	}
	return group{}, fmt.Errorf("%s has %d groups of the name %s; use the group's id", service, len(found), idOrName)
}
