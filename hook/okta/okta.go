// Package okta tells hooks who is in a group of Okta, by its management API
// (https://developer.okta.com/docs/api/).
package okta

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/rest"
)

// service is Okta's name in errors.
const service = "Okta"

// Client asks one organization.
type Client struct{ rest *rest.Client }

// New takes the organization's URL, such as https://example.okta.com, and what
// gives its API token (one of a read-only administrator is enough), such as
// secret.Named("okta-token").
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
}

type oktaUser struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Profile struct {
		Login string `json:"login"`
		Email string `json:"email"`
	} `json:"profile"`
}

type group struct {
	ID      string `json:"id"`
	Profile struct {
		Name string `json:"name"`
	} `json:"profile"`
}

// InGroup tells whether the person of that login (which is an e-mail in most
// organizations) is in the group of that id or name. A group or a person that
// Okta doesn't know, and a person who can't sign in, such as a suspended one, is
// an error, not false: a rule that says "never these" must not let them through.
func (c *Client) InGroup(ctx context.Context, login, idOrName string) (bool, error) {
	if login == "" {
		return false, fmt.Errorf("%s is asked about somebody without an e-mail", service)
	}
	want, err := c.group(ctx, idOrName)
	if err != nil {
		return false, err
	}
	var u oktaUser
	if _, err := c.rest.Get(ctx, "/api/v1/users/"+url.PathEscape(login), nil, &u); rest.NotFound(err) {
		return false, fmt.Errorf("%s does not know the user %s", service, login)
	} else if err != nil {
		return false, err
	}
	if !u.active() {
		return false, fmt.Errorf("the user %s is %s in %s, and can't sign in", login, orUnknown(u.Status), service)
	}
	var groups []group
	header, err := c.rest.Get(ctx, "/api/v1/users/"+url.PathEscape(login)+"/groups", nil, &groups)
	if rest.NotFound(err) {
		return false, fmt.Errorf("%s does not know the user %s", service, login)
	}
	found := false
	err = c.pages(ctx, header, err, func() bool {
		for _, g := range groups {
			found = found || g.ID == want.ID
		}
		groups = nil
		return !found
	}, &groups)
	return found && err == nil, err
}

// active reports whether the person is one who signs in: not one who never did
// (STAGED, PROVISIONED), is kept out (LOCKED_OUT, SUSPENDED) or has left
// (DEPROVISIONED). A status of tomorrow is none.
func (u oktaUser) active() bool {
	return u.Status == "ACTIVE" || u.Status == "PASSWORD_EXPIRED" || u.Status == "RECOVERY"
}

func orUnknown(status string) string {
	if status == "" {
		return "of unknown status"
	}
	return status
}

// UsersInGroup returns the people in the group of that id or name who can sign
// in.
func (c *Client) UsersInGroup(ctx context.Context, idOrName string) ([]User, error) {
	g, err := c.group(ctx, idOrName)
	if err != nil {
		return nil, err
	}
	var page []oktaUser
	users := []User{}
	header, err := c.rest.Get(ctx, "/api/v1/groups/"+url.PathEscape(g.ID)+"/users", url.Values{"limit": {"200"}}, &page)
	err = c.pages(ctx, header, err, func() bool {
		for _, u := range page {
			if u.active() {
				users = append(users, User{u.ID, u.Profile.Login, u.Profile.Email})
			}
		}
		page = nil
		return true
	}, &page)
	if err != nil {
		return nil, err
	}
	return users, nil
}

// pages goes on from a first page: each is called after every page that was read
// into v, until it says that it is enough.
func (c *Client) pages(ctx context.Context, header http.Header, err error, each func() bool, v any) error {
	for range rest.MaxPages {
		if err != nil || !each() {
			return err
		}
		var there bool
		if header, there, err = c.rest.Next(ctx, header, v); !there {
			return err
		}
	}
	return fmt.Errorf("%s lists more than %d pages", service, rest.MaxPages)
}

// isGroupID tells whether s looks like Okta's ids of groups.
func isGroupID(s string) bool {
	alphanumeric := func(r rune) bool {
		return '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
	}
	return len(s) == 20 && strings.HasPrefix(s, "00g") && strings.TrimFunc(s, alphanumeric) == ""
}

// group finds a group by id, or by its whole name.
func (c *Client) group(ctx context.Context, idOrName string) (group, error) {
	if idOrName == "" {
		return group{}, errors.New("no group of Okta is named")
	}
	if isGroupID(idOrName) {
		var g group
		_, err := c.rest.Get(ctx, "/api/v1/groups/"+idOrName, nil, &g)
		if err == nil || !rest.NotFound(err) {
			return g, err
		}
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(idOrName)
	var named []group
	if _, err := c.rest.Get(ctx, "/api/v1/groups", url.Values{"search": {`profile.name eq "` + quoted + `"`}}, &named); err != nil {
		return group{}, err
	}
	var found []group
	for _, g := range named {
		if g.Profile.Name == idOrName {
			found = append(found, g)
		}
	}
	switch len(found) {
	case 0:
		return group{}, fmt.Errorf("%s does not know the group %s", service, idOrName)
	case 1:
		return found[0], nil
	}
	return group{}, fmt.Errorf("%s has %d groups of the name %s; use the group's id", service, len(found), idOrName)
}
