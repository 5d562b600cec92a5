package slackui

import (
	"strconv"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
)

// maxHome is how many requests a list of the App Home has: Slack takes 100 blocks.
const maxHome = 15

// HomePage is what an App Home shows to one person.
type HomePage struct {
	// Inbox waits for them; Access is theirs now; Waiting are their own requests without a
	// decision. Each has the newest first.
	Inbox, Access, Waiting []api.Request
	// More reports that a list is cut.
	More bool
	// Link returns the URL of a request's page; "" for none.
	Link func(id string) string
	// Decides and Returns report whether the flow of a request lets people decide it, or return
	// access, in Slack.
	Decides, Returns func(r api.Request) bool
}

// Home is the view of views.publish.
func Home(p HomePage) slack.HomeTabViewRequest {
	blocks := []slack.Block{slack.NewActionBlock("top", button(ActionRequest, "", "Request access", slack.StylePrimary))}
	list := func(name, title, none string, requests []api.Request, line func(api.Request) string, buttons func(api.Request) []slack.BlockElement) {
		blocks = append(blocks, slack.NewHeaderBlock(Plain(title, maxHeader)))
		if len(requests) == 0 {
			blocks = append(blocks, slack.NewSectionBlock(Plain(none, maxSection), nil, nil))
		}
		for i, r := range first(requests, maxHome) {
			id := name + ":" + strconv.Itoa(i)
			blocks = append(blocks, slack.NewRichTextBlock(id, entry(r, line(r))...))
			if all := append(buttons(r), open(p.Link(r.ID))...); len(all) > 0 {
				blocks = append(blocks, slack.NewActionBlock(id+":acts", all...))
			}
		}
	}
	list("inbox", "Waits for you", "Nothing waits for you.", p.Inbox, inboxLine, func(r api.Request) []slack.BlockElement {
		return cardButtons(r, Look{Buttons: p.Decides(r)})
	})
	list("access", "Your access", "You have no access now.", p.Access, access, func(r api.Request) []slack.BlockElement {
		if !p.Returns(r) || !holds(r) {
			return nil
		}
		return []slack.BlockElement{button(ActionReturn, r.ID, "Return access", slack.StyleDanger)}
	})
	list("waiting", "Your requests", "None of your requests waits.", p.Waiting, waitingLine, func(api.Request) []slack.BlockElement { return nil })
	if p.More {
		blocks = append(blocks, slack.NewContextBlock("more", Plain("There are more. Open fasttrack to see all.", maxText)))
	}
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}}
}

// entry is a request in a list.
func entry(r api.Request, line string) []slack.RichTextElement {
	says := []slack.RichTextElement{section(bold(marked(r, What(r)), maxWhat), glue(" for "), spoken(Who(r.Holder()), maxName), glue(": "), spoken(line, maxFact))}
	if r.Reason != "" {
		says = append(says, quote(r.Reason, maxFact))
	}
	return says
}

func inboxLine(r api.Request) string {
	line := ""
	if r.DurationSeconds > 0 {
		line = lasting(r) + ", "
	}
	if !r.StartsAt.IsZero() {
		line += "starts " + At(r.StartsAt) + ", "
	}
	if some := approvals(r); some != "" {
		line += some + ", "
	}
	if r.Review != nil {
		line += "expires " + At(r.Review.ExpiresAt)
	}
	return line
}

func waitingLine(r api.Request) string {
	if r.Review == nil {
		return "rules are deciding"
	}
	return inboxLine(r)
}
