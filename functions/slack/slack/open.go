package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

// opened is a modal that Slack has opened: proof that the user did something now, since
// Slack takes a trigger once, within three seconds, and only its own.
type opened struct{ id, hash string }

// open opens a modal. What follows can take longer than a trigger is good for, so calls
// open one first that says to wait.
func (c *call) open(ctx context.Context, u user, trigger string, view *slack.ModalViewRequest) (opened, error) {
	res, err := c.client.OpenViewContext(ctx, trigger, *view)
	if err != nil {
		var said slack.SlackErrorResponse
		if errors.As(err, &said) && (said.Err == "invalid_trigger_id" || said.Err == "trigger_exchanged" || said.Err == "exchanged_trigger_id" || said.Err == "invalid_trigger") {
			c.forged(u, "a trigger that Slack does not take: "+said.Err)
		}
		return opened{}, fmt.Errorf("views.open: %w", err)
	}
	return opened{res.ID, res.Hash}, nil
}

// show replaces what an open modal shows.
func (c *call) show(ctx context.Context, v opened, view *slack.ModalViewRequest) error {
	ctx, cancel := c.showing(ctx)
	defer cancel()
	_, err := c.client.UpdateViewContext(ctx, *view, "", v.hash, v.id)
	if err != nil && !closed(err) {
		return fmt.Errorf("views.update: %w", err)
	}
	return nil
}

// closed reports whether a view was closed, or changed by somebody else, meanwhile.
func closed(err error) bool {
	var said slack.SlackErrorResponse
	return errors.As(err, &said) && (said.Err == "not_found" || said.Err == "view_not_found" || said.Err == "hash_conflict")
}

// wait is what a modal says until there is more to say.
func wait() *slack.ModalViewRequest {
	return slackui.Notice("One moment", "fasttrack is working on it.")
}

// notice says one thing to a person.
func notice(said string) *slack.ModalViewRequest { return slackui.Notice("Not possible", said) }

// opening opens a modal, and identifies the user meanwhile: each takes a call of Slack.
// A user who is not served, or whom Slack can't describe, reads why in the modal; then ok
// is false and nothing is left to do.
func (c *call) opening(ctx context.Context, u user, trigger string) (who slackcaller.Caller, v opened, ok bool, err error) {
	if c.home(u) == "" {
		return who, v, false, nil // no call of Slack for a workspace of others
	}
	type found struct {
		who slackcaller.Caller
		err error
	}
	identified := make(chan found, 1)
	go func() {
		who, err := c.who(ctx, u)
		identified <- found{who, err}
	}()
	v, err = c.open(ctx, u, trigger, wait())
	f := <-identified
	if err != nil {
		return who, v, false, err
	}
	if f.err != nil {
		return who, v, false, c.explain(ctx, v, u, f.err)
	}
	return f.who, v, true, nil
}

// explain shows in a modal why something failed. It returns an error that is not for
// people, to be logged.
func (c *call) explain(ctx context.Context, v opened, u user, err error) error {
	var no refusal
	var p problem
	switch {
	case errors.As(err, &no):
		return c.show(ctx, v, notice(string(no)))
	case errors.As(err, &p) && p.Type == api.ProblemSlackNotLinked:
		return c.showLink(ctx, v, u, p.Detail)
	case errors.As(err, &p) && p.Status < 500:
		return c.show(ctx, v, notice(said(p)))
	}
	return errors.Join(err, c.show(ctx, v, slackui.Notice("Not available", notDone(err))))
}

// said returns what a problem says to people.
func said(p problem) string {
	for _, e := range p.Errors {
		return e.Detail
	}
	if d := p.DecidedBy; d != nil && !strings.Contains(p.Detail, d.By.Email) {
		return p.Detail + " (" + slackui.Actor(d.By) + ")"
	}
	return p.Detail
}
