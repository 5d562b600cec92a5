package pagerduty

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	emails "github.com/fasttrack-dev/fasttrack/hook/email"
)

// Incidents says which open incidents count: triggered or acknowledged ones for
// which all that is said here holds. What is zero doesn't matter.
type Incidents struct {
	// Service is the id of the service that it is of.
	Service string
	// Urgency is "high" or "low".
	Urgency string
	// Assignee is the e-mail of a person that it is assigned to.
	Assignee string
	// Since is when it was made at the earliest.
	Since time.Time
}

// HasIncident tells whether there is such an incident now. An assignee whom
// PagerDuty doesn't know has none.
func (c *Client) HasIncident(ctx context.Context, of Incidents) (bool, error) {
	query := url.Values{"statuses[]": {"triggered", "acknowledged"}}
	if of.Service == "" && of.Assignee == "" {
		return false, errors.New("Incidents: a Service or an Assignee was expected; any incident anywhere says little")
	}
	switch of.Urgency {
	case "high", "low":
		query.Set("urgencies[]", of.Urgency)
	case "":
	default:
		return false, fmt.Errorf("Incidents: the urgency is \"high\" or \"low\", not %q", of.Urgency)
	}
	if of.Service != "" {
		query.Set("service_ids[]", of.Service)
	}
	if of.Since.IsZero() {
		query.Set("date_range", "all") // otherwise PagerDuty looks at the last month
	} else {
		query.Set("since", of.Since.UTC().Format(time.RFC3339))
		query.Set("until", time.Now().UTC().Add(time.Minute).Format(time.RFC3339))
	}
	if of.Assignee != "" {
		id, err := c.userID(ctx, of.Assignee)
		if err != nil || id == "" {
			return false, err
		}
		query.Set("user_ids[]", id)
	}
	found := false
	err := c.pages(ctx, "/incidents", query, func(p page) bool {
		found = len(p.Incidents) > 0
		return !found
	})
	if err == nil && !found && of.Service != "" {
		_, err = c.rest.Get(ctx, "/services/"+url.PathEscape(of.Service), nil, &struct{}{})
	}
	return found && err == nil, err
}

// userID finds a person by e-mail; "" if PagerDuty has none. Its search also
// finds parts of names.
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
