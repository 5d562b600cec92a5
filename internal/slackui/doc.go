// Package slackui builds what Slack shows: messages, threads, App Homes and the views of
// outcomes. Its functions are pure; who calls Slack sends what they return.
//
// What people and hooks wrote is only ever plain_text, or a text element of rich_text.
// Slack parses neither, so a mention, a link or *bold* stays letters. No body holds a
// mrkdwn object.
package slackui

import "github.com/slack-go/slack"

// Message is the body of chat.postMessage and chat.update. Notifications show Text; it is
// escaped.
type Message struct {
	Text   string
	Blocks []slack.Block
}

// Options are the options of a call that sends the message. Slack expands no link in it.
func (m Message) Options() []slack.MsgOption {
	return []slack.MsgOption{
		slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...),
		slack.MsgOptionDisableMarkdown(), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
}
