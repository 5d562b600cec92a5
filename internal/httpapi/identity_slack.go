package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// SlackLinks stores which person a Slack user is; see [store.Store] for the errors.
type SlackLinks interface {
	LoadSlackLink(ctx context.Context, team, user string) (run.SlackAccount, error)
	SaveSlackLink(ctx context.Context, l run.SlackAccount) error
}

// The values of [Slack.Identity].
const (
	// SlackBound takes a Slack user for the person who confirmed the link.
	SlackBound = "bound"
	// SlackEmail takes a Slack user for the person of the confirmed address, and for
	// nobody else ever after.
	SlackEmail = "email"
)

// Slack identifies people whom functions/slack calls for.
type Slack struct {
	// Teams are the workspaces and organizations whose users count.
	Teams []string
	// Identity is SlackBound or SlackEmail.
	Identity  string
	Directory flow.Directory
	Links     SlackLinks
	// LinksFirst reports that this function stores the link that a first call makes.
	LinksFirst bool
	Now        func() time.Time
}

// NewSlack reads the environment variables that the template sets. It returns nil for a
// deployment without Slack.
func NewSlack(getenv func(string) string, d flow.Directory, links SlackLinks) *Slack {
	teams := list(getenv("SLACK_TEAMS"))
	if len(teams) == 0 {
		return nil
	}
	return &Slack{Teams: teams, Identity: getenv("SLACK_IDENTITY"), Directory: d, Links: links, Now: time.Now}
}

// slackCaller returns the Slack user of an event; called reports whether functions/slack
// invoked this function, by the alias that nobody else may invoke.
func slackCaller(ctx context.Context, ev Event) (who *slackcaller.Caller, called bool) {
	lc, ok := lambdacontext.FromContext(ctx)
	if !ok || !slackcaller.UnderAlias(lc.InvokedFunctionArn) {
		return nil, false
	}
	c, is := slackcaller.Read(ev.Headers[slackcaller.Header])
	if !is {
		return nil, true
	}
	return &c, true
}

// identify returns the person that a Slack user is. A user who is linked to nobody is
// refused with [api.ProblemSlackNotLinked].
func (s *Slack) identify(ctx context.Context, c slackcaller.Caller) (Identity, error) {
	if !slices.Contains(s.Teams, c.Team) {
		return Identity{}, Refused("This Slack workspace may not use fasttrack.")
	}
	if p, mapped := s.Directory.Lookup(c.Principal()); mapped {
		p.Principal = c.Principal()
		return Identity{Person: p}, nil
	}
	if !email.Plain(c.Email) {
		return Identity{}, Refused("Slack has no confirmed e-mail address of yours.")
	}
	l, err := s.Links.LoadSlackLink(ctx, c.Team, c.User)
	if errors.Is(err, store.ErrNotFound) && s.Identity == SlackEmail && s.LinksFirst {
		l, err = s.first(ctx, c)
	}
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && l.First && s.Identity != SlackEmail:
		return Identity{}, notLinked("Your Slack account is not linked to you yet.")
	case err != nil:
		return Identity{}, err
	case !email.Equal(l.Email, c.Email):
		return Identity{}, notLinked("Your e-mail address in Slack has changed since your account was linked.")
	}
	return Identity{Person: s.person(l.Person)}, nil
}

// first links a user by the first call, to the person of the address.
func (s *Slack) first(ctx context.Context, c slackcaller.Caller) (run.SlackAccount, error) {
	address := email.Fold(c.Email)
	l := run.SlackAccount{
		Team: c.Team, User: c.User, Workspace: c.Workspace, Name: c.Name, Email: address, First: true, At: s.Now().UTC(),
		// Without a principal, requests belong to the address, as SlackIdentity=email says: an
		// id of Slack's would hide them from the person everywhere else.
		Person: run.Person{ID: address, Email: address},
	}
	err := s.Links.SaveSlackLink(ctx, l)
	if errors.Is(err, store.ErrExists) {
		return s.Links.LoadSlackLink(ctx, c.Team, c.User)
	}
	return l, err
}

// person returns who confirmed a link, as today's directory has them. Slack has no
// token: only the directory's groups count.
func (s *Slack) person(linked run.Person) run.Person {
	p, found := known(s.Directory, linked.Principal, linked.Email)
	if !found {
		p = run.Person{ID: linked.ID, Email: linked.Email}
	}
	if p.Name == "" {
		p.Name = linked.Name
	}
	p.Principal = linked.Principal
	return s.Directory.WithTokenGroups(p, nil)
}

func notLinked(why string) *Problem {
	p := NewProblem(http.StatusForbidden, api.ProblemSlackNotLinked, why)
	p.Refused = true
	return p
}

// serveSlack serves a call of functions/slack: routes of its own, and those of the API
// that it may use as the person.
func (a *API) serveSlack(ctx context.Context, c *Call) (Reply, error) {
	if a.Slack == nil || c.Slack == nil {
		return Reply{}, unknown("No Slack user calls.")
	}
	if until := c.Slack.Until(); !until.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, until)
		defer cancel()
	}
	if own, is := a.SlackRoutes[c.Event.RouteKey]; is {
		if !slices.Contains(a.Slack.Teams, c.Slack.Team) {
			return Reply{}, Refused("This Slack workspace may not use fasttrack.")
		}
		return own(ctx, c)
	}
	route, is := a.Routes[c.Event.RouteKey]
	if !is || !route.Slack {
		return Reply{}, NewProblem(http.StatusNotFound, api.ProblemNotFound, "Unknown route.")
	}
	who, err := a.Slack.identify(ctx, *c.Slack)
	if err != nil {
		return Reply{}, fmt.Errorf("identify a Slack user: %w", err)
	}
	return a.serveAs(ctx, c, who, route)
}
