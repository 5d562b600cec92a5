// Package githubaccess grants membership of teams and roles in repositories by GitHub's
// REST API: https://docs.github.com/en/rest
package githubaccess

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/membership"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/rest"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/settings"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/token"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

const service = "GitHub"

// Options are what the strategy needs.
type Options struct {
	// URL is that of the API, such as https://api.github.com.
	URL string
	// Secret is a token, or the key of a GitHub App.
	Secret token.Secret
	// Book records which access was made.
	Book membership.Book
	// Transport sends the requests; nil is [http.DefaultTransport].
	Transport http.RoundTripper
}

// client calls GitHub's API.
type client struct {
	*rest.Client
	url         string
	credentials *credentials
}

// New returns the functions of the strategy.
func New(o Options) strategy.Functions {
	o.URL = strings.TrimRight(o.URL, "/")
	c := &credentials{url: o.URL, transport: o.Transport, now: time.Now}
	api := &client{url: o.URL, credentials: c, Client: rest.New(service, o.URL, rest.Options{
		Credentials: token.New(o.Secret, c.mint, time.Now), Limited: limited, Transport: o.Transport, Header: header,
	})}
	return membership.Functions(func(r *strategy.Request) (membership.Access, error) { return open(api, r) }, o.Book)
}

// header names the version of the API.
var header = http.Header{"Accept": {"application/vnd.github+json"}, "X-Github-Api-Version": {"2022-11-28"}}

// targetSettings are those of a target: a team, or a repository.
type targetSettings struct {
	Org        string `json:"org"`
	Team       string `json:"team"`
	Role       string `json:"role"`
	Repository string `json:"repository"`
	Permission string `json:"permission"`
}

// config is the flow's strategy block.
type config struct {
	// Logins are people's logins by their addresses.
	Logins map[string]string `json:"logins"`
	// Find is how a person's login is found if it is not among them.
	Find string `json:"find"`
	// Invite is set if people who are not in the organization are invited.
	Invite bool `json:"invite"`
}

// The values of find.
const findBySAML = "saml"

// The levels of a team and of a repository, from the lowest.
var (
	teamRoles   = []string{"member", "maintainer"}
	permissions = []string{"pull", "triage", "push", "maintain", "admin"}
)

// name is what logins, slugs and names of repositories have in common.
var name = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)

func isName(s string) bool { return name.MatchString(s) && s != "." && s != ".." }

// open reads the settings of a request.
func open(api *client, r *strategy.Request) (membership.Access, error) {
	wrong := func(format string, args ...any) (membership.Access, error) {
		return nil, strategy.Refused("target %s: %s", r.Target.ID, fmt.Sprintf(format, args...))
	}
	var s targetSettings
	if settings.Decode(r.Target.Settings, &s) != nil {
		return wrong("settings may have org, team and role, or org, repository and permission, each a text")
	}
	var c config
	if settings.Decode(r.Config, &c) != nil {
		return nil, strategy.Refused("the flow's strategy block may have logins, find and invite, and no other key of its own")
	}
	if c.Find != "" && c.Find != findBySAML {
		return nil, strategy.Refused("find in the flow's strategy block must be saml, got %q", c.Find)
	}
	o := organization{client: api, org: s.Org, config: c}
	var held held
	_ = json.Unmarshal(r.Held.Output, &held) // what give returned, if anything
	switch {
	case !isName(s.Org):
		return wrong("settings.org must be the name of an organization, got %q", s.Org)
	case (s.Team == "") == (s.Repository == ""):
		return wrong("settings must have either team or repository")
	case s.Team != "" && (s.Permission != "" || !isName(s.Team)):
		return wrong("settings.team must be the slug of a team, with role and without permission; got %q", s.Team)
	case s.Repository != "" && (s.Role != "" || !isName(s.Repository)):
		return wrong("settings.repository must be the name of a repository, with permission and without role; got %q", s.Repository)
	case s.Team != "":
		if s.Role == "" {
			s.Role = teamRoles[0]
		}
		level := slices.Index(teamRoles, s.Role) + 1
		if level == 0 {
			return wrong("settings.role must be one of %s; got %q", strings.Join(teamRoles, ", "), s.Role)
		}
		return &team{organization: o, slug: s.Team, level: level, orgID: held.OrgID, id: held.TeamID}, nil
	}
	level := slices.Index(permissions, s.Permission) + 1
	if level == 0 {
		return wrong("settings.permission must be one of %s; got %q", strings.Join(permissions, ", "), s.Permission)
	}
	return &repository{organization: o, name: s.Repository, level: level, id: held.RepositoryID}, nil
}

// held are the members of an output by which a team or a repository is found that has
// another name now.
type held struct {
	OrgID        string `json:"org_id"`
	TeamID       string `json:"team_id"`
	RepositoryID string `json:"repository_id"`
}
