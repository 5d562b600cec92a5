package slack

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
)

// user is a Slack user as a call names them.
type user struct {
	team, enterprise, id string
	// workspace and name are for display only.
	workspace, name string
}

// refusal says why a Slack user may do nothing. It is safe to show.
type refusal string

func (r refusal) Error() string { return string(r) }

// home returns the workspace, or the organization of an Enterprise Grid, in which the
// user's id is unique; "" if neither may use fasttrack.
func (c *call) home(u user) string {
	for _, id := range []string{u.enterprise, u.team} { // of a grid, either may be missing
		if id != "" && slices.Contains(c.Teams, id) {
			return id
		}
	}
	return ""
}

// peopleKept is how long what Slack said of a user is used.
const peopleKept = 5 * time.Minute

// people keeps what Slack said of users.
type people struct {
	mu  sync.Mutex
	all map[string]person
}

type person struct {
	slackcaller.Caller
	until time.Time
}

// known reports whether Slack has described the user lately.
func (c *call) known(u user) (slackcaller.Caller, bool) {
	c.people.mu.Lock()
	defer c.people.mu.Unlock()
	p, there := c.people.all[c.home(u)+"|"+u.id]
	return p.Caller, there && c.Now().Before(p.until)
}

// maxPeople bounds what a process keeps.
const maxPeople = 1000

func (c *call) keep(who slackcaller.Caller) {
	c.people.mu.Lock()
	defer c.people.mu.Unlock()
	if c.people.all == nil || len(c.people.all) >= maxPeople {
		c.people.all = map[string]person{}
	}
	c.people.all[who.Team+"|"+who.User] = person{who, c.Now().Add(peopleKept)}
}

// who returns the user as Slack describes them to the bot token. What the call itself
// says of the user counts for nothing but the id. The error is a [refusal] for whom
// fasttrack does not serve.
func (c *call) who(ctx context.Context, u user) (slackcaller.Caller, error) {
	team := c.home(u)
	switch {
	case team == "":
		return slackcaller.Caller{}, refusal("This Slack workspace may not use fasttrack.")
	case !slackcaller.IsID(u.id):
		return slackcaller.Caller{}, badCall("the user's id is invalid")
	}
	if who, is := c.known(u); is {
		return who, nil
	}
	info, err := c.client.GetUserInfoContext(ctx, u.id)
	if err != nil {
		return slackcaller.Caller{}, fmt.Errorf("users.info: %w", err)
	}
	elsewhere := info.TeamID != "" && !slices.Contains(c.Teams, info.TeamID)
	if info.Enterprise.EnterpriseID != "" && slices.Contains(c.Teams, info.Enterprise.EnterpriseID) {
		elsewhere = false
	}
	switch {
	case info.ID != u.id:
		return slackcaller.Caller{}, fmt.Errorf("users.info is about another user")
	case info.Deleted:
		return slackcaller.Caller{}, refusal("Your Slack account is deactivated.")
	case info.IsBot, info.IsWorkflowBot, info.IsConnectorBot, info.ID == "USLACKBOT":
		return slackcaller.Caller{}, refusal("Bots can't use fasttrack.")
	case info.IsStranger, elsewhere:
		return slackcaller.Caller{}, refusal("People of other organizations can't use fasttrack here.")
	case info.IsRestricted, info.IsUltraRestricted, info.IsInvitedUser:
		return slackcaller.Caller{}, refusal("Guests can't use fasttrack.")
	case !info.IsEmailConfirmed, info.Profile.Email == "":
		return slackcaller.Caller{}, refusal("Slack has no confirmed e-mail address of yours.")
	}
	who := slackcaller.Caller{
		Team: team, User: u.id, Workspace: u.workspace, Email: strings.ToLower(info.Profile.Email),
		Name: cmp.Or(info.Profile.RealName, info.RealName, info.Name),
	}
	c.keep(who)
	return who, nil
}
