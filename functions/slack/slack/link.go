package slack

import (
	"context"
	"errors"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

// openLink shows a code that links the user's account. Only an open modal gets one: a
// call that somebody forged has no trigger.
func (c *call) openLink(ctx context.Context, u user, trigger string) error {
	who, v, ok, err := c.opening(ctx, u, trigger)
	if err != nil || !ok {
		return err
	}
	switch me, err := c.me(ctx, who, ""); {
	case err == nil:
		return c.show(ctx, v, slackui.Notice("Linked", "Your Slack account is linked to "+me.ID+"."))
	default:
		return c.explain(ctx, v, u, err)
	}
}

// showLink shows a new code in a modal, after why it is needed.
func (c *call) showLink(ctx context.Context, v opened, u user, why string) error {
	who, err := c.who(ctx, u)
	if err != nil {
		return err
	}
	var code api.SlackCode
	if err := c.do(ctx, c.Request, who, operation{route: "POST /slack-codes"}, &code); err != nil {
		return errors.Join(err, c.show(ctx, v, slackui.Notice("Not available", unavailable)))
	}
	return c.show(ctx, v, slackui.LinkForm(why, code.Code, code.Expires, c.linkPage(code.Code)))
}

// linkPage returns the address of the console's page that links an account, with a code
// filled in unless it is ""; "" without a console. The code is in the fragment: browsers
// send that to no server, so it is in no log and no Referer header.
func (h *Handler) linkPage(code string) string {
	switch {
	case h.Console == "":
		return ""
	case code == "":
		return h.Console + "/slack"
	}
	return h.Console + "/slack#" + code
}
