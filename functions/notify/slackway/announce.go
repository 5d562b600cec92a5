package slackway

import (
	"context"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

// Announce sends a Slack user a direct message that is about no request.
func (w *Way) Announce(ctx context.Context, to deliver.Addressee, subject, text string) error {
	api, err := w.client(ctx)
	if err != nil {
		return err
	}
	m := slackui.Message{Text: slackui.Escape(slackui.Line(subject, 200)), Blocks: []slack.Block{
		slack.NewSectionBlock(slackui.Plain(text, 2000), nil, nil),
	}}
	if _, _, err := api.PostMessageContext(ctx, to.Channel, m.Options()...); err != nil {
		return refused(err)
	}
	return nil
}
