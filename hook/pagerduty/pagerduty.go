// Package pagerduty looks up in PagerDuty who is on call, and whether there is an
// incident, by its REST API (https://developer.pagerduty.com/api-reference/).
package pagerduty

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	emails "github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/hook/rest"
)

// The base URLs of PagerDuty's regions.
const (
	URL = "https://api.pagerduty.com"
	EU  = "https://api.eu.pagerduty.com"
)

// pageSize is the largest page that PagerDuty returns.
const pageSize = 100

// Client calls one account.
type Client struct{ rest *rest.Client }

// New returns a client of the account at baseURL, [URL] if it is empty. token returns
// an API key, such as secret.Named("pagerduty-token"); a read-only one suffices.
func New(baseURL string, token func(context.Context) (string, error)) *Client {
	return &Client{rest.New("PagerDuty", cmp.Or(baseURL, URL), func(ctx context.Context, h http.Header) error {
		key, err := token(ctx)
		h.Set("Authorization", "Token token="+key)
		h.Set("Accept", "application/vnd.pagerduty+json;version=2")
		return err
	})}
}

// User is a person in PagerDuty.
type User struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	// DeletedAt is set for somebody who was removed from the account.
	DeletedAt string `json:"deleted_at,omitempty"`
}

// kind is a kind of things that have an id and a name, and what its API calls it.
type kind struct{ word, list string }

var (
	schedules = kind{"schedule", "schedules"}
	policies  = kind{"escalation policy", "escalation_policies"}
	services  = kind{"service", "services"}
)

// named is one of them.
type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// isID reports whether s has the form of PagerDuty's ids, such as PI7DH85. A name may
// have it too.
func isID(s string) bool {
	return len(s) > 1 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// exists reports whether there is a thing of that id, and decodes it into v.
func (c *Client) exists(ctx context.Context, k kind, id string, v any) (bool, error) {
	err := c.rest.Get(ctx, rest.Path(k.list, id), nil, v)
	if rest.NotFound(err) {
		return false, nil
	}
	return err == nil, err
}

// byName returns the id of the one thing of that whole name. PagerDuty's search also
// finds parts of names, in letters of either case.
func (c *Client) byName(ctx context.Context, k kind, name string) (string, error) {
	var found []string
	err := c.pages(ctx, "/"+k.list, url.Values{"query": {name}}, func(p page) bool {
		for _, n := range slices.Concat(p.Schedules, p.Policies, p.Services) {
			if n.Name == name {
				found = append(found, n.ID)
			}
		}
		return true
	})
	switch {
	case err != nil:
		return "", err
	case len(found) == 0:
		return "", fmt.Errorf("PagerDuty has no %s %s", k.word, name)
	case len(found) > 1:
		return "", fmt.Errorf("PagerDuty has %d %s of the name %s; use the id", len(found), strings.ReplaceAll(k.list, "_", " "), name)
	}
	return found[0], nil
}

// userID returns the id of the person of an e-mail, "" if PagerDuty has none. Its
// search also finds parts of names.
func (c *Client) userID(ctx context.Context, email string) (string, error) {
	id := ""
	err := c.pages(ctx, "/users", url.Values{"query": {email}}, func(p page) bool {
		for _, u := range p.Users {
			if emails.Equal(u.Email, email) {
				id = u.ID
			}
		}
		return id == ""
	})
	return id, err
}

// page is a page of any list.
type page struct {
	More      bool       `json:"more"`
	OnCalls   []onCall   `json:"oncalls"`
	Incidents []struct{} `json:"incidents"`
	Users     []User     `json:"users"`
	Schedules []named    `json:"schedules"`
	Policies  []named    `json:"escalation_policies"`
	Services  []named    `json:"services"`
}

// pages reads the pages of a list by offset, until the last one, or until each
// returns false.
func (c *Client) pages(ctx context.Context, path string, query url.Values, each func(page) bool) error {
	query.Set("limit", strconv.Itoa(pageSize))
	for n := range rest.MaxPages {
		query.Set("offset", strconv.Itoa(n*pageSize))
		var p page
		if err := c.rest.Get(ctx, path, query, &p); err != nil {
			return err
		}
		if !each(p) || !p.More {
			return nil
		}
	}
	return fmt.Errorf("PagerDuty lists more than %d pages", rest.MaxPages)
}
