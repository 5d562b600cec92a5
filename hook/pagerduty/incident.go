package pagerduty

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Incidents says which open incidents count: triggered or acknowledged ones that fit
// each member that is set.
type Incidents struct {
	// Service is the id or the name of the incident's service.
	Service string
	// Urgency is "high" or "low".
	Urgency string
	// Assignee is the e-mail of a person to whom the incident is assigned.
	Assignee string
	// Since is the earliest time at which the incident was created.
	Since time.Time
}

// HasIncident reports whether there is such an incident now. A service that PagerDuty
// doesn't have is an error. An assignee whom it doesn't have has no incident.
func (c *Client) HasIncident(ctx context.Context, of Incidents) (bool, error) {
	query := url.Values{"statuses[]": {"triggered", "acknowledged"}}
	if of.Service == "" && of.Assignee == "" {
		return false, errors.New("PagerDuty: Incidents must have a Service or an Assignee; any incident anywhere says little")
	}
	switch of.Urgency {
	case "high", "low":
		query.Set("urgencies[]", of.Urgency)
	case "":
	default:
		return false, fmt.Errorf(`PagerDuty: the urgency of Incidents must be "high" or "low", got %q`, of.Urgency)
	}
	if of.Since.IsZero() {
		query.Set("date_range", "all") // PagerDuty looks at the last month otherwise
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
	if of.Service == "" {
		return c.hasIncident(ctx, query)
	}
	if isID(of.Service) {
		query.Set("service_ids[]", of.Service)
		found, err := c.hasIncident(ctx, query)
		if found || err != nil {
			return found, err
		}
		if exists, err := c.exists(ctx, services, of.Service, nil); exists || err != nil {
			return false, err
		}
	}
	id, err := c.byName(ctx, services, of.Service)
	if err != nil {
		return false, err
	}
	query.Set("service_ids[]", id)
	return c.hasIncident(ctx, query)
}

func (c *Client) hasIncident(ctx context.Context, query url.Values) (bool, error) {
	found := false
	err := c.pages(ctx, "/incidents", query, func(p page) bool {
		found = len(p.Incidents) > 0
		return !found
	})
	return found && err == nil, err
}
