package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"sync"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// event serves an event that Slack reports. Slack retries what it got no response to:
// showing a page again changes nothing.
func (c *call) event(ctx context.Context, body string) (any, error) {
	var in struct {
		Type       string `json:"type"`
		Challenge  string `json:"challenge"`
		Team       string `json:"team_id"`
		Enterprise string `json:"enterprise_id"`
		Event      struct {
			Type string `json:"type"`
			User string `json:"user"`
			Tab  string `json:"tab"`
		} `json:"event"`
	}
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		return nil, badCall("the body must be JSON")
	}
	if in.Type == "url_verification" {
		return map[string]string{"challenge": in.Challenge}, nil
	}
	if in.Event.Type != "app_home_opened" || in.Event.Tab == "messages" {
		return nil, nil
	}
	u := user{team: in.Team, enterprise: in.Enterprise, id: in.Event.User}
	who, err := c.who(ctx, u)
	var no refusal
	switch {
	case errors.As(err, &no) && c.home(u) == "":
		c.log.Info("refused", "reason", string(no))
		return nil, nil
	case errors.As(err, &no):
		return nil, c.publish(ctx, u, slackui.HomeNotice(string(no)))
	case err != nil:
		return nil, err
	}
	if err := c.Views.KeepHome(ctx, store.SlackHome{Team: in.Team, Enterprise: in.Enterprise, User: u.id, Email: who.Email}, c.Now()); err != nil {
		c.log.Warn("an App Home is not kept up to date", "error", err.Error())
	}
	return nil, c.showHome(ctx, u, who)
}

// showAgain publishes App Homes once more, where functions/notify saw them change. Who may
// not use fasttrack any more keeps what they saw: the next click says why.
func (h *Handler) showAgain(ctx context.Context, homes []store.SlackHome) error {
	secret, err := h.Secret(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, home := range homes {
		c := &call{Handler: h, secret: secret, client: h.slack(secret.BotToken), log: h.Log, started: h.Now()}
		u := user{team: home.Team, enterprise: home.Enterprise, id: home.User}
		who, err := c.who(ctx, u)
		if err == nil {
			err = c.showHome(ctx, u, who)
		}
		if refused := refusal(""); err != nil && !errors.As(err, &refused) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// shownHome is how many requests of each list are read for the App Home.
const shownHome = 15

// showHome publishes the App Home of a user.
func (c *call) showHome(ctx context.Context, u user, who slackcaller.Caller) error {
	ctx, cancel := c.showing(ctx)
	defer cancel()
	page, err := c.homePage(ctx, who)
	var p problem
	switch {
	case errors.As(err, &p) && p.Type == api.ProblemSlackNotLinked:
		return c.publish(ctx, u, slackui.HomeLink(p.Detail, c.linkPage("")))
	case errors.As(err, &p) && p.Status < 500:
		return c.publish(ctx, u, slackui.HomeNotice(said(p)))
	case err != nil:
		return err
	}
	return c.publish(ctx, u, slackui.Home(page))
}

func (c *call) publish(ctx context.Context, u user, view slack.HomeTabViewRequest) error {
	if _, err := c.client.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: u.id, View: view}); err != nil {
		return fmt.Errorf("views.publish: %w", err)
	}
	return nil
}

// homePage reads what concerns a user, side by side.
func (c *call) homePage(ctx context.Context, who slackcaller.Caller) (slackui.HomePage, error) {
	var me api.Me
	var inbox, mine api.RequestList
	lists := []struct {
		op   operation
		into any
	}{
		{operation{route: "GET /me", query: url.Values{"live": {strconv.Itoa(shownHome)}}}, &me},
		{operation{route: "GET /requests", query: url.Values{"view": {string(api.ViewInbox)}, "limit": {strconv.Itoa(shownHome)}}}, &inbox},
		{operation{route: "GET /requests", query: url.Values{"view": {string(api.ViewMine)}, "status": {string(api.StatusPending)}, "limit": {strconv.Itoa(shownHome)}}}, &mine},
	}
	failed := make([]error, len(lists))
	var group sync.WaitGroup
	for i, l := range lists {
		group.Go(func() { failed[i] = c.do(ctx, c.Request, who, l.op, l.into) })
	}
	group.Wait()
	if err := errors.Join(failed...); err != nil {
		return slackui.HomePage{}, err
	}
	unreviewed, more, err := c.unreviewed(ctx, who, me.Counts)
	if err != nil {
		return slackui.HomePage{}, err
	}
	use := map[string]string{}
	for _, f := range me.Flows {
		use[f.Name] = f.Slack
	}
	// A request of a flow that keeps out of Slack is not shown here.
	off := func(r api.Request) bool { return use[r.Flow] == api.SlackOff }
	return slackui.HomePage{
		Inbox: slices.DeleteFunc(inbox.Requests, off), Unreviewed: slices.DeleteFunc(unreviewed, off),
		Access: slices.DeleteFunc(me.Live, off), Waiting: slices.DeleteFunc(mine.Requests, off),
		More: more || inbox.NextCursor != "" || mine.NextCursor != "" || slices.Contains(me.Counts.More, "live"), Link: c.link, Now: c.Now(),
		Decides: func(r api.Request) bool { return use[r.Flow] == api.SlackDecide || use[r.Flow] == "" },
		Returns: func(r api.Request) bool { return use[r.Flow] != api.SlackLink },
	}, nil
}

// readUnreviewed is how many emergencies are read for the App Home. The list has those too
// that are open, or for others to review.
const readUnreviewed = 100

// unreviewed reads the emergencies that a user may review, if the counts say that there are
// any: most people have none, and need no call. more reports that there are others.
func (c *call) unreviewed(ctx context.Context, who slackcaller.Caller, counts api.Counts) (reviewable []api.Request, more bool, err error) {
	if n := counts.Unreviewed; n == nil && !slices.Contains(counts.Failed, "unreviewed") || n != nil && *n == 0 {
		return nil, false, nil
	}
	var list api.RequestList
	err = c.do(ctx, c.Request, who, operation{
		route: "GET /requests", query: url.Values{"view": {string(api.ViewUnreviewed)}, "limit": {strconv.Itoa(readUnreviewed)}},
	}, &list)
	if err != nil {
		return nil, false, err
	}
	for _, r := range list.Requests {
		if unreviewed(r) && r.You != nil && r.You.Review != nil && r.You.Review.May {
			reviewable = append(reviewable, r)
		}
	}
	more = list.NextCursor != "" && (counts.Unreviewed == nil || *counts.Unreviewed > len(reviewable))
	return reviewable, more, nil
}
