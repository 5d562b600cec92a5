package pagerduty

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	emails "github.com/fasttrack-dev/fasttrack/hook/email"
)

// Rotation says whose duty counts: that of a [Schedule], of the levels of a [Policy],
// or of [AnySchedule].
type Rotation struct {
	kind     kind
	idOrName string
	levels   int  // of a policy
	any      bool // any schedule; an empty name is none
}

// Schedule is the rotation of a schedule, by its id or name.
func Schedule(idOrName string) Rotation { return Rotation{kind: schedules, idOrName: idOrName} }

// Policy is the rotation of an escalation policy, by its id or name, down to the
// highest level that counts: 1 is who is called first. A whole policy can't be named,
// since its last level is often everybody.
func Policy(idOrName string, levels int) Rotation {
	return Rotation{kind: policies, idOrName: idOrName, levels: levels}
}

// AnySchedule is the rotation of all schedules that an escalation policy uses, at any
// level. People who stand in an escalation policy without a schedule are always on
// call, so they don't count.
func AnySchedule() Rotation { return Rotation{kind: schedules, any: true} }

// IsOnCall reports whether the person of that e-mail is on call now. Letters of
// either case are the same. A schedule or policy that PagerDuty doesn't have is an
// error, and so is a schedule that no escalation policy uses: PagerDuty lists nobody
// of it as on call, whoever is on duty. A person whom PagerDuty doesn't have is not on
// call.
func (c *Client) IsOnCall(ctx context.Context, email string, in Rotation) (bool, error) {
	if email == "" {
		return false, errors.New("PagerDuty: the person has no e-mail")
	}
	var users []User
	var err error
	if in.any {
		users, err = c.personOnCall(ctx, email, in)
	} else {
		users, err = c.UsersOnCall(ctx, in)
	}
	return slices.ContainsFunc(users, func(u User) bool { return emails.Equal(u.Email, email) }), err
}

// personOnCall returns the person of that e-mail, if on call: of a large account it
// reads one page where everybody on call would be many.
func (c *Client) personOnCall(ctx context.Context, email string, in Rotation) ([]User, error) {
	id, err := c.userID(ctx, email)
	if err != nil || id == "" {
		return nil, err
	}
	users, _, err := c.onCalls(ctx, in, "", url.Values{"user_ids[]": {id}})
	return users, err
}

// UsersOnCall returns who is on call now, each person once.
func (c *Client) UsersOnCall(ctx context.Context, in Rotation) ([]User, error) {
	switch {
	case in.any:
		users, _, err := c.onCalls(ctx, in, "", url.Values{})
		return users, err
	case in.idOrName == "":
		return nil, errors.New("PagerDuty: the schedule or escalation policy has no name")
	case in.kind == policies && in.levels < 1:
		return nil, fmt.Errorf("PagerDuty: the level of Policy must be 1 or more, got %d", in.levels)
	}
	if isID(in.idOrName) {
		users, found, err := c.onCallOf(ctx, in, in.idOrName)
		if found || err != nil {
			return users, err
		}
	}
	id, err := c.byName(ctx, in.kind, in.idOrName)
	if err != nil {
		return nil, err
	}
	users, _, err := c.onCallOf(ctx, in, id)
	return users, err
}

// onCallOf returns who is on call in the rotation of that id; found is false for
// an unknown one.
func (c *Client) onCallOf(ctx context.Context, in Rotation, id string) (users []User, found bool, err error) {
	filter := "schedule_ids[]"
	if in.kind == policies {
		filter = "escalation_policy_ids[]"
	}
	users, listed, err := c.onCalls(ctx, in, id, url.Values{filter: {id}})
	if err != nil || listed {
		return users, listed, err
	}
	// Nobody is on call, or PagerDuty can't say who: the difference is an error.
	var rotation struct {
		Schedule struct {
			Policies []struct{} `json:"escalation_policies"`
		}
	}
	if found, err = c.exists(ctx, in.kind, id, &rotation); found && in.kind == schedules && len(rotation.Schedule.Policies) == 0 {
		err = fmt.Errorf("no escalation policy of PagerDuty uses the schedule %s, so nobody of it is ever on call; add it to one", in.idOrName)
	}
	if err != nil {
		return nil, found, err
	}
	return users, found, nil
}

// onCall is an entry of PagerDuty's list.
type onCall struct {
	User     User                 `json:"user"`
	Schedule *struct{ ID string } `json:"schedule"`
	Policy   struct{ ID string }  `json:"escalation_policy"`
	Level    int                  `json:"escalation_level"`
}

// onCalls reads PagerDuty's list by a filter of the query. The filter is PagerDuty's:
// an entry of another rotation does not count. listed is false for an empty list.
func (c *Client) onCalls(ctx context.Context, in Rotation, id string, query url.Values) (users []User, listed bool, err error) {
	query.Set("include[]", "users")
	users, seen := []User{}, map[string]bool{}
	err = c.pages(ctx, "/oncalls", query, func(p page) bool {
		for _, o := range p.OnCalls {
			listed = true
			if in.counts(o, id) && !seen[o.User.ID] && o.User.DeletedAt == "" {
				seen[o.User.ID] = true
				users = append(users, o.User)
			}
		}
		return true
	})
	if err != nil {
		return nil, listed, err
	}
	return users, listed, nil
}

// counts reports whether an entry is of the rotation of that id.
func (r Rotation) counts(o onCall, id string) bool {
	switch {
	case r.kind == policies:
		return o.Policy.ID == id && o.Level >= 1 && o.Level <= r.levels
	case o.Schedule == nil:
		return false
	}
	return r.any || o.Schedule.ID == id
}
