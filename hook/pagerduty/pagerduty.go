// Package pagerduty tells hooks who is on call, and whether there is an
// incident, by PagerDuty's REST API
// (https://developer.pagerduty.com/api-reference/).
package pagerduty

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	emails "github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/hook/rest"
)

// URL is where PagerDuty answers; accounts of its EU region have EU.
const (
	URL = "https://api.pagerduty.com"
	EU  = "https://api.eu.pagerduty.com"
)

// pageSize is the most that PagerDuty gives a page.
const pageSize = 100

// Client asks one account.
type Client struct{ rest *rest.Client }

// New takes the account's URL, "" for [URL], and what gives its API key (a
// read-only one is enough), such as secret.Named("pagerduty-token").
func New(baseURL string, token func(context.Context) (string, error)) *Client {
	if baseURL == "" {
		baseURL = URL
	}
	return &Client{rest.New("PagerDuty", baseURL, func(ctx context.Context, h http.Header) error {
		key, err := token(ctx)
		if err != nil {
			return err
		}
		h.Set("Authorization", "Token token="+key)
		h.Set("Accept", "application/vnd.pagerduty+json;version=2")
		return nil
	})}
}

// Rotation is who can be on call: those of a schedule, or of the levels of an
// escalation policy.
type Rotation struct {
	schedule, policy string
	levels           int
}

// Schedule is the rotation of a schedule, by its id.
func Schedule(id string) Rotation { return Rotation{schedule: id} }

// Policy is the rotation of an escalation policy, by its id, down to the highest
// level that counts: 1 is who is called first. "Anyone in the policy" is not to
// be had: the last level is often everybody.
func Policy(id string, levels int) Rotation { return Rotation{policy: id, levels: levels} }

// User is a person in PagerDuty.
type User struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	// DeletedAt is set for somebody who was removed from the account.
	DeletedAt string `json:"deleted_at,omitempty"`
}

// IsOnCall tells whether the person of that e-mail is on call now. Letters of
// either case are the same. A schedule or policy that PagerDuty doesn't know is
// an error, and so is a schedule that no escalation policy uses: PagerDuty lists
// nobody of it as on call, whoever is on duty.
func (c *Client) IsOnCall(ctx context.Context, email string, in Rotation) (bool, error) {
	if email == "" {
		return false, errors.New("who is on call is asked of somebody without an e-mail")
	}
	users, err := c.UsersOnCall(ctx, in)
	if err != nil {
		return false, err
	}
	for _, u := range users {
		if emails.Equal(u.Email, email) {
			return true, nil
		}
	}
	return false, nil
}

// UsersOnCall gives who is on call now, each once.
func (c *Client) UsersOnCall(ctx context.Context, in Rotation) ([]User, error) {
	query := url.Values{"include[]": {"users"}}
	var exists string
	switch {
	case in.schedule != "":
		query.Set("schedule_ids[]", in.schedule)
		exists = "/schedules/" + url.PathEscape(in.schedule)
	case in.policy == "":
		return nil, errors.New("neither a schedule nor an escalation policy of PagerDuty is named")
	case in.levels < 1:
		return nil, errors.New("Policy: at least level 1 was expected")
	default:
		query.Set("escalation_policy_ids[]", in.policy)
		exists = "/escalation_policies/" + url.PathEscape(in.policy)
	}
	users, seen, any := []User{}, map[string]bool{}, false
	err := c.pages(ctx, "/oncalls", query, func(p page) bool {
		for _, o := range p.OnCalls {
			any = true
			// The filter is PagerDuty's; what it doesn't hold to must not count.
			if in.schedule != "" && (o.Schedule == nil || o.Schedule.ID != in.schedule) ||
				in.policy != "" && (o.Policy.ID != in.policy || o.Level < 1 || o.Level > in.levels) || seen[o.User.ID] || o.User.DeletedAt != "" {
				continue
			}
			seen[o.User.ID] = true
			users = append(users, o.User)
		}
		return true
	})
	if err == nil && !any {
		// Nobody is on call, or PagerDuty can't say: the difference is an error.
		var rotation struct {
			Schedule struct {
				Policies []struct{} `json:"escalation_policies"`
			}
		}
		_, err = c.rest.Get(ctx, exists, nil, &rotation)
		if err == nil && in.schedule != "" && len(rotation.Schedule.Policies) == 0 {
			err = fmt.Errorf("no escalation policy of PagerDuty uses the schedule %s, so nobody of it is ever on call; add it to one", in.schedule)
		}
	}
	if err != nil {
		return nil, err
	}
	return users, nil
}

// page is a page of any list here.
type page struct {
	More    bool `json:"more"`
	OnCalls []struct {
		User     User                 `json:"user"`
		Schedule *struct{ ID string } `json:"schedule"`
		Policy   struct{ ID string }  `json:"escalation_policy"`
		Level    int                  `json:"escalation_level"`
	} `json:"oncalls"`
	Incidents []struct{} `json:"incidents"`
	Users     []User     `json:"users"`
}

// pages reads the pages of a list by offset, until there are no more or one says
// that it is enough.
func (c *Client) pages(ctx context.Context, path string, query url.Values, each func(page) bool) error {
	query.Set("limit", strconv.Itoa(pageSize))
	for n := range rest.MaxPages {
		query.Set("offset", strconv.Itoa(n*pageSize))
		var p page
		if _, err := c.rest.Get(ctx, path, query, &p); err != nil {
			return err
		}
		if !each(p) || !p.More {
			return nil
		}
	}
	return fmt.Errorf("PagerDuty lists more than %d pages", rest.MaxPages)
}
