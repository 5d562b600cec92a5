package request

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// SlackAccounts keeps which person a Slack account is linked to; see [store.Store].
type SlackAccounts interface {
	LoadSlackLink(ctx context.Context, team, user string) (run.SlackAccount, error)
	SaveSlackLink(ctx context.Context, a run.SlackAccount) error
	DeleteSlackLink(ctx context.Context, a run.SlackAccount) error
	SlackLinks(ctx context.Context, p *run.Person) (list []run.SlackAccount, more bool, err error)
	SaveSlackCode(ctx context.Context, code string, a run.SlackAccount, until time.Time) error
	LoadSlackCode(ctx context.Context, code string, now time.Time) (run.SlackAccount, error)
	UseSlackCode(ctx context.Context, code string, now time.Time) error
}

// LinkNotifier notifies both sides of a link: the Slack account, and the person.
type LinkNotifier interface {
	Linked(ctx context.Context, a run.SlackAccount, linked bool) error
}

const (
	// codeLasts is how long a code works.
	codeLasts = 10 * time.Minute
	// codeLength is in characters, of 32 kinds each. Only a person with the address of the
	// Slack account can use one.
	codeLength = 8
	// maxCode bounds what is read of a code.
	maxCode = 40
)

// slackCode makes a code that links a Slack account. functions/slack shows it in a modal
// that the account's owner has just opened.
func (s service) slackCode(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	who := *c.Slack
	if !email.Plain(who.Email) {
		return httpapi.Reply{}, httpapi.Refused("Slack has no confirmed e-mail address of yours.")
	}
	now := s.Now()
	code, until := rand.Text()[:codeLength], now.Add(codeLasts).UTC().Truncate(time.Second)
	a := run.SlackAccount{Team: who.Team, User: who.User, Workspace: who.Workspace, Name: who.Name, Email: email.Fold(who.Email), At: now.UTC()}
	if err := s.Accounts.SaveSlackCode(ctx, code, a, until); err != nil {
		return httpapi.Reply{}, err
	}
	return httpapi.Reply{Status: http.StatusCreated, Body: api.SlackCode{Code: code[:4] + "-" + code[4:], Expires: until}}, nil
}

// linkSlackAccount links the account of a code to the caller, or says whose code it is.
func (s service) linkSlackAccount(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	body, err := httpapi.ReadBody(c.Event)
	if err != nil {
		return httpapi.Reply{}, err
	}
	typed, confirm := body.Text("code", maxCode), body.Bool("confirm")
	code := strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(typed))
	if len(code) != codeLength {
		body.Fail("code", "must be the code that /fasttrack link shows in Slack, such as ABCD-EFGH")
	}
	if err := body.Err(); err != nil {
		return httpapi.Reply{}, err
	}
	if c.Caller.Machine {
		return httpapi.Reply{}, httpapi.Refused("A machine has no Slack account.")
	}
	a, err := s.Accounts.LoadSlackCode(ctx, code, s.Now())
	if errors.Is(err, store.ErrCode) {
		return httpapi.Reply{}, unknownCode()
	}
	if err != nil {
		return httpapi.Reply{}, err
	}
	if !s.hasAddress(c.Caller.Person, a.Email) {
		// Nobody else learns whose code it is. It stays valid for its owner.
		c.Log.Warn("a code of another person's Slack account", "slack_account", a.ID())
		return httpapi.Reply{}, unknownCode()
	}
	a.Person, a.At, a.First = c.Caller.Person, s.Now().UTC(), false
	a.Person.Groups, a.Person.ListedGroups, a.Person.CoveredGroups = nil, nil, nil
	if !confirm {
		return httpapi.Reply{Status: http.StatusOK, Body: shownAccount(a, false)}, nil
	}
	if err := s.Accounts.UseSlackCode(ctx, code, s.Now()); errors.Is(err, store.ErrCode) {
		return httpapi.Reply{}, unknownCode()
	} else if err != nil {
		return httpapi.Reply{}, err
	}
	if err := s.Accounts.SaveSlackLink(ctx, a); err != nil {
		return httpapi.Reply{}, err
	}
	c.Log.Info("a Slack account is linked", "slack_account", a.ID())
	s.notifyLink(ctx, c, a, true)
	return httpapi.Reply{Status: http.StatusOK, Body: shownAccount(a, true)}, nil
}

// hasAddress reports whether an address of a Slack account is the person's: theirs, or
// one that the directory knows them by.
func (s service) hasAddress(p run.Person, address string) bool {
	if p.Email == "" {
		return false
	}
	known, is := s.Flows.Directory.Lookup(address)
	return email.Equal(p.Email, address) || is && email.Equal(known.Email, p.Email)
}

func unknownCode() *httpapi.Problem {
	return httpapi.NewProblem(http.StatusNotFound, api.ProblemNotFound, "Unknown code, or it is not yours. A code works once, within 10 minutes. Type /fasttrack link in Slack for a new one.")
}

// notifyLink notifies both sides of a link. The link is made: a failure is logged.
func (s service) notifyLink(ctx context.Context, c *httpapi.Call, a run.SlackAccount, linked bool) {
	if s.LinkNotifier == nil {
		return
	}
	if err := s.LinkNotifier.Linked(ctx, a, linked); err != nil {
		c.Log.Error("the two sides of a Slack link are not notified", "slack_account", a.ID(), "error", err.Error())
	}
}

// slackAccounts lists the accounts that are linked to the caller, for an admin all.
func (s service) slackAccounts(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	of := &c.Caller.Person
	switch all, given := c.Query("all"); {
	case given && all == "true":
		if !s.today.IsAdminOfAny(c.Caller.Person) {
			return httpapi.Reply{}, httpapi.Refused("Only admins list the Slack accounts of others.")
		}
		of = nil
	case given && all != "false":
		return httpapi.Reply{}, httpapi.Invalid(flow.FieldError{Field: "all", Detail: "must be true or false"})
	}
	list, more, err := s.Accounts.SlackLinks(ctx, of)
	if err != nil {
		return httpapi.Reply{}, err
	}
	out := api.SlackAccountList{Accounts: []api.SlackAccount{}, More: more}
	for _, a := range list {
		out.Accounts = append(out.Accounts, shownAccount(a, true))
	}
	return httpapi.Reply{Status: http.StatusOK, Body: out}, nil
}

// unlinkSlackAccount ends a link: its person may, and admins.
func (s service) unlinkSlackAccount(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	none := httpapi.NewProblem(http.StatusNotFound, api.ProblemNotFound, "Unknown Slack account, or it is not yours.")
	team, user, _ := strings.Cut(c.Param("id"), "-")
	if !slackcaller.IsID(team) || !slackcaller.IsID(user) {
		return httpapi.Reply{}, none
	}
	a, err := s.Accounts.LoadSlackLink(ctx, team, user)
	if errors.Is(err, store.ErrNotFound) {
		return httpapi.Reply{}, none
	}
	if err != nil {
		return httpapi.Reply{}, err
	}
	if a.Person.ID != c.Caller.ID && !s.today.IsAdminOfAny(c.Caller.Person) {
		return httpapi.Reply{}, none
	}
	if err := s.Accounts.DeleteSlackLink(ctx, a); err != nil {
		return httpapi.Reply{}, err
	}
	c.Log.Info("a Slack account is unlinked", "slack_account", a.ID())
	s.notifyLink(ctx, c, a, false)
	return httpapi.Reply{Status: http.StatusOK, Body: shownAccount(a, false)}, nil
}

func shownAccount(a run.SlackAccount, linked bool) api.SlackAccount {
	out := api.SlackAccount{
		ID: a.ID(), Team: a.Team, User: a.User, Workspace: a.Workspace, Name: a.Name, Email: a.Email,
		Person: api.Person{ID: a.Person.ID, Email: a.Person.Email, Name: a.Person.Name}, Linked: linked, FirstUse: a.First,
	}
	if linked {
		out.LinkedAt = a.At
	}
	return out
}
