package httpapi_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// accounts is a table of links.
type accounts map[string]run.SlackAccount

func (a accounts) LoadSlackLink(_ context.Context, team, user string) (run.SlackAccount, error) {
	l, there := a[team+"|"+user]
	if !there {
		return l, store.ErrNotFound
	}
	return l, nil
}

func (a accounts) SaveSlackLink(_ context.Context, l run.SlackAccount) error {
	a[l.Team+"|"+l.User] = l
	return nil
}

const function = "arn:aws:lambda:us-east-1:123456789012:function:fasttrack-engine-request"

func slackEvent(key string, c slackcaller.Caller) httpapi.Event {
	said, _ := c.Encode()
	return httpapi.Event{RouteKey: key, Headers: map[string]string{slackcaller.Header: said}}
}

func invokedAs(ctx context.Context, arn string) context.Context {
	return lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{InvokedFunctionArn: arn})
}

// The person is taken from the event under the alias alone, by the link of the account.
func TestSlackCallers(t *testing.T) {
	grace := run.SlackAccount{Team: "T1", User: "U1", Email: "grace@example.com", Person: run.Person{ID: "grace@example.com", Email: "grace@example.com", Principal: "https://idp|7"}}
	first := grace
	first.First = true
	caller := slackcaller.Caller{Team: "T1", User: "U1", Email: "Grace@example.com"}
	with := func(change func(*slackcaller.Caller)) slackcaller.Caller {
		c := caller
		change(&c)
		return c
	}
	for name, tc := range map[string]struct {
		arn      string
		identity string
		links    accounts
		caller   slackcaller.Caller
		key      string
		want     string // the principal, "-" for none, "" for a refusal with problem
		problem  string
	}{
		"a linked account":              {function + ":slack", "bound", accounts{"T1|U1": grace}, caller, "GET /me", "https://idp|7", ""},
		"nobody's":                      {function + ":slack", "bound", accounts{}, caller, "GET /me", "", api.ProblemSlackNotLinked},
		"linked by first use":           {function + ":slack", "bound", accounts{"T1|U1": first}, caller, "GET /me", "", api.ProblemSlackNotLinked},
		"another address by now":        {function + ":slack", "bound", accounts{"T1|U1": grace}, with(func(c *slackcaller.Caller) { c.Email = "root@example.com" }), "GET /me", "", api.ProblemSlackNotLinked},
		"no address":                    {function + ":slack", "bound", accounts{"T1|U1": grace}, with(func(c *slackcaller.Caller) { c.Email = "" }), "GET /me", "", api.ProblemForbidden},
		"an address that looks alike":   {function + ":slack", "email", accounts{}, with(func(c *slackcaller.Caller) { c.Email = "gra\u200bce@example.com" }), "GET /me", "", api.ProblemForbidden},
		"another workspace":             {function + ":slack", "email", accounts{}, with(func(c *slackcaller.Caller) { c.Team = "T2" }), "GET /me", "", api.ProblemForbidden},
		"by the address":                {function + ":slack", "email", accounts{}, caller, "GET /me", "-", ""},
		"by the address, again":         {function + ":slack", "email", accounts{"T1|U1": grace}, caller, "GET /me", "https://idp|7", ""},
		"an address that was another's": {function + ":slack", "email", accounts{"T1|U1": grace}, with(func(c *slackcaller.Caller) { c.Email = "ada@example.com" }), "GET /me", "", api.ProblemSlackNotLinked},
		"no alias":                      {function, "bound", accounts{"T1|U1": grace}, caller, "GET /me", "", api.ProblemUnauthorized},
		"another alias":                 {function + ":live", "bound", accounts{"T1|U1": grace}, caller, "GET /me", "", api.ProblemUnauthorized},
		"a function of that name":       {"arn:aws:lambda:us-east-1:123456789012:function:slack", "bound", accounts{"T1|U1": grace}, caller, "GET /me", "", api.ProblemUnauthorized},
		"a route that is not for Slack": {function + ":slack", "bound", accounts{"T1|U1": grace}, caller, "GET /secret", "", api.ProblemNotFound},
		"no user":                       {function + ":slack", "bound", accounts{"T1|U1": grace}, with(func(c *slackcaller.Caller) { c.User = "" }), "GET /me", "", api.ProblemUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			var served *httpapi.Call
			handle := func(_ context.Context, c *httpapi.Call) (httpapi.Reply, error) {
				served = c
				return httpapi.Reply{Status: 200}, nil
			}
			id, err := httpapi.NewIdentifier(httpapi.Config{Mode: "JWT", JwtIssuer: "https://idp"}, directory(t), httpapi.Roles{})
			if err != nil {
				t.Fatal(err)
			}
			a := &httpapi.API{
				Identify: id, Log: slog.New(slog.DiscardHandler),
				Slack:  &httpapi.Slack{Teams: []string{"T1"}, Identity: tc.identity, Directory: directory(t), Links: tc.links, LinksFirst: true, Now: time.Now},
				Routes: map[string]httpapi.Route{"GET /me": {Slack: true, Handle: handle}, "GET /secret": {Handle: handle}},
			}
			got, err := a.Handle(invokedAs(t.Context(), tc.arn), slackEvent(tc.key, tc.caller))
			if err != nil {
				t.Fatal(err)
			}
			if tc.want == "" {
				if served != nil || !strings.Contains(got.Body, tc.problem) {
					t.Fatalf("got %d %s, want %s", got.StatusCode, got.Body, tc.problem)
				}
				return
			}
			if served == nil {
				t.Fatalf("refused: %d %s", got.StatusCode, got.Body)
			}
			p := served.Caller.Person
			if p.Principal != strings.TrimPrefix(tc.want, "-") || p.ID != "grace@example.com" || p.Machine || len(p.Groups) != 1 || p.Groups[0] != "sre" {
				t.Errorf("got %+v", p)
			}
			if c, err := served.Channel(); err != nil || c != run.ViaSlack {
				t.Errorf("its channel is %q (%v)", c, err)
			}
		})
	}
}

// Without Slack in the deployment, the alias serves nobody. What an account's mapping in
// the directory says needs no link.
func TestSlackCallersOfOtherDeployments(t *testing.T) {
	a := &httpapi.API{Log: slog.New(slog.DiscardHandler), Routes: map[string]httpapi.Route{"GET /me": {Slack: true, Handle: func(context.Context, *httpapi.Call) (httpapi.Reply, error) {
		t.Error("it is served")
		return httpapi.Reply{}, nil
	}}}}
	got, err := a.Handle(invokedAs(t.Context(), function+":slack"), slackEvent("GET /me", slackcaller.Caller{Team: "T1", User: "U1", Email: "grace@example.com"}))
	if err != nil || got.StatusCode != 401 {
		t.Errorf("got %d %s (%v)", got.StatusCode, got.Body, err)
	}
	if s := httpapi.NewSlack(func(string) string { return "" }, directory(t), accounts{}); s != nil {
		t.Errorf("Slack without teams: %+v", s)
	}
}

// The callee's time ends when functions/slack needs the response.
func TestSlackDeadline(t *testing.T) {
	at := time.Now().Add(time.Hour).Truncate(time.Millisecond)
	a := &httpapi.API{
		Log: slog.New(slog.DiscardHandler), Slack: &httpapi.Slack{Teams: []string{"T1"}, Now: time.Now},
		SlackRoutes: map[string]httpapi.Handler{"POST /slack-codes": func(ctx context.Context, _ *httpapi.Call) (httpapi.Reply, error) {
			if until, is := ctx.Deadline(); !is || !until.Equal(at) {
				t.Errorf("the deadline is %s (%v), want %s", until, is, at)
			}
			return httpapi.Reply{Status: 200}, nil
		}},
	}
	got, err := a.Handle(invokedAs(t.Context(), function+":slack"), slackEvent("POST /slack-codes", slackcaller.Caller{Team: "T1", User: "U1", Deadline: at.UnixMilli()}))
	if err != nil || got.StatusCode != 200 {
		t.Errorf("got %d %s (%v)", got.StatusCode, got.Body, err)
	}
}
