package slack

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"
)

// hooks is where Slack takes answers to messages. Whoever has the signing secret could
// name any other address, and read the answers there.
const hooks = "https://hooks.slack.com/"

// answer sends a message that the person alone sees to a response_url.
func (c *call) answer(ctx context.Context, to, said string) error {
	if !strings.HasPrefix(to, hooks) && !c.onThisMachine(to) {
		c.log.Warn("refused", "forged", true, "reason", "a response_url that is none of Slack's")
		return nil
	}
	text, _ := ephemeral(said)["text"].(string)
	err := slack.PostWebhookCustomHTTPContext(ctx, to, c.HTTP, &slack.WebhookMessage{ResponseType: slack.ResponseTypeEphemeral, Text: text})
	if err != nil {
		return fmt.Errorf("answer a message: %w", err)
	}
	return nil
}

// onThisMachine reports whether an address is of the Slack workspace of this machine,
// which no deployment has.
func (c *call) onThisMachine(to string) bool {
	base, is := strings.CutSuffix(strings.TrimSuffix(c.API, "/"), "/api")
	return is && strings.HasPrefix(base, "http://127.0.0.1:") && strings.HasPrefix(to, base+"/")
}
