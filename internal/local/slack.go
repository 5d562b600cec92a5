package local

import (
	"context"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/fasttrack-dev/fasttrack/internal/console"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack/pages"
	"github.com/fasttrack-dev/fasttrack/internal/partition"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/loopback"
)

// SlackPath is where the Slack workspace of this machine is served.
const SlackPath = "/_local/slack"

// The template's parameters of Slack, and the name of the secret on this machine.
const (
	slackTeams    = "SlackTeams"
	slackSecret   = "SlackSecretArn"
	slackIdentity = "SlackIdentity"
	secretName    = "slack"
)

// StartWithSlack is [Start] with a workspace of the caller's: for tests, which then see
// what was sent and act as its members.
func StartWithSlack(ctx context.Context, flows string, workspace *fakeslack.Slack, o localaws.Options) (*localaws.Stack, error) {
	return start(ctx, flows, nil, workspace, o)
}

// withSlack returns o with a Slack workspace in place of Slack, unless the parameters name
// another workspace or none.
func withSlack(o localaws.Options, flows source, workspace *fakeslack.Slack) localaws.Options {
	if teams, given := o.Parameters[slackTeams]; given && !namesWorkspace(teams) {
		return o
	}
	if _, has := o.Functions["SlackFunction"]; len(o.Functions) > 0 && !has && o.BuildDir == "" {
		return o // served by parts of the engine alone
	}
	own := workspace == nil
	if own {
		workspace = fakeslack.New(fakeslack.Options{RateLimits: true})
	}
	given := o.DefaultParameters
	o.DefaultParameters = func(apiURL string) map[string]string {
		all := map[string]string{
			slackTeams: fakeslack.Team,
			// Its members are who they say they are, as all callers on this machine.
			slackIdentity: "email",
			slackSecret:   "arn:" + partition.Of(regionOf(o)) + ":secretsmanager:" + regionOf(o) + ":" + localaws.AccountID + ":secret:" + secretName,
		}
		maps.Copy(all, given(apiURL))
		return all
	}
	o.Secrets = map[string]string{secretName: workspace.Secret()}
	o.FunctionEnvironment = func(logicalID, apiURL string) map[string]string {
		if logicalID != "SlackFunction" && logicalID != "NotifyFunction" {
			return nil
		}
		env := map[string]string{"SLACK_API_URL": apiURL + SlackPath + "/api/"}
		if o.Parameters["JwtIssuer"] == "" {
			env["CONSOLE_URL"] = apiURL + console.Base // unless ConsoleOrigin names another
		}
		return env
	}
	next := o.Front
	o.Front = func(s *localaws.Stack, api http.Handler) (http.Handler, error) {
		front, err := next(s, api)
		if err != nil || !HasSlack(s) {
			return front, err
		}
		workspace.SetBase(s.URL() + SlackPath)
		workspace.SetApp(s.URL() + s.Template.Parameters["ApiBasePath"])
		r := &roster{workspace: workspace, options: o, flows: flows}
		// Not even a page that the API allows (CORS) may act as a member.
		served := loopback.Guard(http.StripPrefix(SlackPath, pages.New(workspace, SlackPath)))
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			switch {
			case req.URL.Path == SlackPath:
				http.Redirect(w, req, SlackPath+"/", http.StatusSeeOther)
			case strings.HasPrefix(req.URL.Path, SlackPath+"/"):
				if own {
					r.update()
				}
				served.ServeHTTP(w, req)
			default:
				front.ServeHTTP(w, req)
			}
		}), nil
	}
	return o
}

func regionOf(o localaws.Options) string {
	if o.Region != "" {
		return o.Region
	}
	return localaws.Region
}

// HasSlack reports whether a stack's Slack is the workspace of this machine.
func HasSlack(s *localaws.Stack) bool { return namesWorkspace(s.Template.Parameters[slackTeams]) }

// namesWorkspace reports whether the workspace of this machine is in SlackTeams.
func namesWorkspace(teams string) bool {
	return slices.Contains(strings.FieldsFunc(teams, func(r rune) bool { return r == ',' || r == ' ' }), fakeslack.Team)
}

// roster keeps a workspace's members and channels those that flows name.
type roster struct {
	workspace *fakeslack.Slack
	options   localaws.Options
	flows     source

	mu   sync.Mutex
	read string // the flows that the workspace knows
}

// update adds the people and channels of the flows as they are served now. Who has gone
// stays: a Slack account outlives a line of a file.
func (r *roster) update() {
	content, _ := r.flows.read() // the functions report what is wrong with it
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.read == string(content) && r.read != "" {
		return
	}
	if r.read == "" {
		for _, u := range outsiders {
			r.workspace.SetUser(u)
		}
		r.workspace.SetChannel(fakeslack.Channel{ID: "C0GENERAL", Name: "general"})
	}
	r.read = string(content)
	for _, p := range people(r.options.Identities, r.flows) {
		local, _, isMail := strings.Cut(p.Login, "@")
		if !isMail || strings.Contains(p.Login, "|") {
			continue
		}
		id := "U0" + idOf(local)
		if _, known := r.workspace.User(id); known {
			continue
		}
		u := fakeslack.User{ID: id, Name: p.Name, Email: p.Login}
		if u.Name == "" {
			u.Name = strings.ToUpper(local[:1]) + local[1:]
		}
		r.workspace.SetUser(u)
	}
	for _, m := range channelNames.FindAllSubmatch(content, -1) {
		name := string(m[1])
		r.workspace.SetChannel(fakeslack.Channel{ID: "C0" + idOf(name), Name: name})
	}
}

// channelNames finds the channels that a file of flows names: slack:#ops, or "#ops".
var channelNames = regexp.MustCompile(`(?:slack:|["'])#([a-z0-9_-]{1,80})`)

// idOf returns the part of a Slack id that stands for a name.
func idOf(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return 'X'
	}, strings.ToUpper(name))
}

// outsiders are the accounts that fasttrack refuses, one of each kind.
var outsiders = []fakeslack.User{
	{ID: "U0GUS", Name: "Gus", Email: "gus@example.com", Restricted: true},
	{ID: "U0UNA", Name: "Una", Email: "una@example.com", Unconfirmed: true},
	{ID: "U0DAN", Name: "Dan", Email: "dan@example.com", Deleted: true},
	{ID: "U0STRANGER", Name: "Sam", Team: "T0ELSEWHERE", Email: "sam@example.org", Stranger: true},
	{ID: "U0ROBOT", Name: "Robot", Bot: true},
}
