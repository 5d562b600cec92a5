package slackui

import (
	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Slack's limit of a title of a view, and one of a section for its text.
const (
	maxTitle   = 24
	maxSection = 3000
)

// Outcome is the view that an open form turns into: how the request stands now. It is
// sent again while the request goes on.
func Outcome(r api.Request, link string) *slack.ModalViewRequest {
	says := []slack.RichTextElement{section(bold(marked(r, Headline(r)), maxWhat), glue(": "), spoken(What(r), maxWhat))}
	if x := ofExtension(r); x != "" {
		says = append(says, section(spoken(x+".", maxFact)))
	}
	if next := awaits(r); next != "" {
		says = append(says, section(spoken(next, maxFact)))
	}
	says = append(append(says, state(r)...), reviewed(r, false)...)
	blocks := []slack.Block{slack.NewRichTextBlock("outcome", says...)}
	if buttons := open(link); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("acts", buttons...))
	}
	return view(outcomeTitle(r), append(blocks, foot(r, Look{})))
}

// Notice is the view that says one thing: what an action led to, or why it failed.
func Notice(title, said string) *slack.ModalViewRequest {
	return view(title, []slack.Block{slack.NewSectionBlock(Plain(said, maxSection), nil, nil)})
}

func view(title string, blocks []slack.Block) *slack.ModalViewRequest {
	return &slack.ModalViewRequest{Type: slack.VTModal, Title: Plain(title, maxTitle), Close: Plain("Close", maxTitle), Blocks: slack.Blocks{BlockSet: blocks}}
}

func outcomeTitle(r api.Request) string {
	switch r.Status {
	case api.StatusRequested:
		return "Requested"
	case api.StatusPending:
		return "Waiting"
	case api.StatusApproved:
		return "Approved"
	case api.StatusDenied:
		return "Denied"
	case api.StatusExpired:
		return "Expired"
	case api.StatusCanceled:
		return "Canceled"
	case api.StatusActive:
		return "Access granted"
	case api.StatusEnded:
		return "Access ended"
	case api.StatusRevoked:
		return "Revoked"
	case api.StatusFailed:
		return "Failed"
	}
	return "Request"
}

// awaits says what a request without a decision waits for.
func awaits(r api.Request) string {
	const notified = " The outcome appears here and in a message."
	switch {
	case r.Status == api.StatusRequested:
		return "Rules are deciding." + notified
	case r.Status == api.StatusPending && r.Review != nil:
		return "Waits for " + Line(run.Who(*r.Review), maxWhat) + "." + notified
	}
	return ""
}
