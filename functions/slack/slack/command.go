package slack

import (
	"context"
	"net/url"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

// ephemeral is a message that the person alone sees.
func ephemeral(said string) map[string]any {
	return map[string]any{"response_type": "ephemeral", "text": slackui.Escape(slackui.Line(said, 1000))}
}

// maxWord bounds what is read of a command's text: no flow has a longer name.
const maxWord = 63

// command serves /fasttrack.
func (c *call) command(ctx context.Context, form url.Values) (any, error) {
	u := user{team: form.Get("team_id"), enterprise: form.Get("enterprise_id"), id: form.Get("user_id"), workspace: form.Get("team_domain"), name: form.Get("user_name")}
	word := strings.ToLower(strings.TrimSpace(form.Get("text")))
	trigger := form.Get("trigger_id")
	switch {
	case c.home(u) == "":
		return ephemeral("This Slack workspace may not use fasttrack."), nil
	case word == "help":
		return ephemeral("/fasttrack opens a form to request access. /fasttrack FLOW opens the form of a flow. /fasttrack link links your Slack account to you."), nil
	case len(word) > maxWord || strings.ContainsAny(word, " \n\t"):
		return ephemeral("Type /fasttrack, /fasttrack FLOW, /fasttrack link or /fasttrack help."), nil
	case word == "link":
		return nil, c.openLink(ctx, u, trigger)
	}
	return nil, c.openForm(ctx, u, trigger, place{flow: word, channel: form.Get("channel_id")})
}
