// Package onelogin looks up people and roles in OneLogin, by its API
// (https://developers.onelogin.com/api-docs/2/).
package onelogin

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	emails "github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/hook/rest"
)

// Client calls one account.
type Client struct {
	rest   *rest.Client
	access *access
}

// New returns a client of the account at baseURL, such as
// https://example.onelogin.com. credentials returns the id and the secret of API
// credentials as "id:secret", such as secret.Named("onelogin-credentials"); the scope
// "read users" suffices. Keep the client for later calls: it keeps its access token.
func New(baseURL string, credentials func(context.Context) (string, error)) *Client {
	a := newAccess(baseURL, credentials)
	return &Client{rest.New("OneLogin", baseURL, a.bearer), a}
}

// User is a person in OneLogin.
type User struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	// Roles are the ids of the person's roles; lists of OneLogin leave them out.
	Roles []int64 `json:"role_ids"`
	// Status and State are OneLogin's: 1 is active, and 1 is approved.
	Status int `json:"status"`
	State  int `json:"state"`
}

// Active reports whether the person can sign in. By OneLogin's documentation only
// those of status 1 can, and none whose state is unapproved, rejected or unlicensed.
func (u User) Active() bool { return u.Status == 1 && u.State == 1 }

// HasRole reports whether the person of that e-mail has the role of that name, or of
// that id if it is a number. A role or a person that OneLogin doesn't know, and a
// person who can't sign in, such as a suspended one, is an error, not false.
func (c *Client) HasRole(ctx context.Context, email, role string) (bool, error) {
	if email == "" {
		return false, errors.New("OneLogin: the person has no e-mail")
	}
	id, err := c.role(ctx, role)
	if err != nil {
		return false, err
	}
	users, err := list[User](ctx, c, "/api/2/users", url.Values{"email": {email}})
	if err != nil {
		return false, err
	}
	users = slices.DeleteFunc(users, func(u User) bool { return !emails.Equal(u.Email, email) })
	switch len(users) {
	case 0:
		return false, fmt.Errorf("OneLogin has no user %s", email)
	case 1:
	default:
		return false, fmt.Errorf("OneLogin has %d users of the e-mail %s", len(users), email)
	}
	// A list leaves the roles out.
	var u User
	if _, err := c.get(ctx, "/api/2/users/"+strconv.FormatInt(users[0].ID, 10), nil, &u); err != nil {
		return false, err
	}
	if !u.Active() {
		return false, fmt.Errorf("user %s can't sign in to OneLogin: status %d, state %d; only status 1, state 1 can", email, u.Status, u.State)
	}
	return slices.Contains(u.Roles, id), nil
}

// UsersInRole returns the people who have the role of that name or id and can
// sign in.
func (c *Client) UsersInRole(ctx context.Context, role string) ([]User, error) {
	id, err := c.role(ctx, role)
	if err != nil {
		return nil, err
	}
	members, err := list[User](ctx, c, "/api/2/roles/"+strconv.FormatInt(id, 10)+"/users", nil)
	if err != nil {
		return nil, err
	}
	// The list of a role leaves out the status.
	active := map[int64]bool{}
	for some := range slices.Chunk(members, idsAtOnce) {
		ids := make([]string, len(some))
		for i, u := range some {
			ids[i] = strconv.FormatInt(u.ID, 10)
		}
		users, err := list[User](ctx, c, "/api/2/users", url.Values{"user_ids": {strings.Join(ids, ",")}})
		if err != nil {
			return nil, err
		}
		for _, u := range users {
			active[u.ID] = u.Active()
		}
	}
	return slices.DeleteFunc(members, func(u User) bool { return !active[u.ID] }), nil
}

// idsAtOnce is how many people are looked up in one call.
const idsAtOnce = 50

// role finds the id of a role by its id or whole name.
func (c *Client) role(ctx context.Context, role string) (int64, error) {
	type named struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	}
	if role == "" {
		return 0, errors.New("OneLogin: the role's name is empty")
	}
	if id, err := strconv.ParseInt(role, 10, 64); err == nil {
		var r named
		_, err := c.get(ctx, "/api/2/roles/"+strconv.FormatInt(id, 10), nil, &r)
		if rest.NotFound(err) {
			return 0, fmt.Errorf("OneLogin has no role %s", role)
		}
		return id, err
	}
	roles, err := list[named](ctx, c, "/api/2/roles", url.Values{"name": {role}})
	if err != nil {
		return 0, err
	}
	roles = slices.DeleteFunc(roles, func(r named) bool { return r.Name != role })
	switch len(roles) {
	case 0:
		return 0, fmt.Errorf("OneLogin has no role %s", role)
	case 1:
		return roles[0].ID, nil
	}
	return 0, fmt.Errorf("OneLogin has %d roles of the name %s; use the role's id", len(roles), role)
}

// list reads all pages of a list, by the cursor that comes with each
// (https://developers.onelogin.com/api-docs/2/getting-started/using-query-parameters).
func list[T any](ctx context.Context, c *Client, path string, query url.Values) ([]T, error) {
	all := []T{}
	page := url.Values{"limit": {"100"}}
	for name, values := range query {
		page[name] = values
	}
	for range rest.MaxPages {
		var some []T
		header, err := c.get(ctx, path, page, &some)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		cursor := header.Get("After-Cursor")
		if cursor == "" || cursor == page.Get("cursor") {
			return all, nil
		}
		page.Set("cursor", cursor)
	}
	return nil, fmt.Errorf("OneLogin lists more than %d pages", rest.MaxPages)
}
