package slackui

import (
	"slices"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
)

// maxHome is how many requests a list of the App Home has at most. All lists have fewer if
// Slack's maxBlocks take no more.
const (
	maxHome   = 15
	maxBlocks = 100
)

// HomePage is what an App Home shows to one person.
type HomePage struct {
	// Inbox waits for them; Unreviewed are emergencies that they may review now; Access is
	// theirs now; Waiting are their own requests without a decision.
	Inbox, Unreviewed, Access, Waiting []api.Request
	// More reports that a list is cut.
	More bool
	// Link returns the URL of a request's page; "" for none.
	Link func(id string) string
	// Decides and Returns report whether the flow of a request lets people decide it, or return
	// access, in Slack. Who may return access may also extend and confirm theirs.
	Decides, Returns func(r api.Request) bool
	Now              time.Time
}

// homeList is a list of the App Home.
type homeList struct {
	name, title string
	// none is what an empty list says; one without is left out.
	none     string
	requests []api.Request
	line     func(api.Request) string
	buttons  func(api.Request) []slack.BlockElement
}

// Home is the view of views.publish.
func Home(p HomePage) slack.HomeTabViewRequest {
	lists := []homeList{
		{"inbox", "Waits for you", "Nothing waits for you.", p.Inbox, inboxLine, func(r api.Request) []slack.BlockElement {
			return cardButtons(r, Look{Buttons: p.Decides(r)})
		}},
		{"unreviewed", "Emergencies to review", "", p.Unreviewed, p.unreviewedLine, func(r api.Request) []slack.BlockElement {
			return cardButtons(r, Look{Buttons: p.Decides(r)})
		}},
		{"access", "Your access", "You have no access now.", p.Access, accessLine, p.accessButtons},
		{"waiting", "Your requests", "None of your requests waits.", p.Waiting, waitingLine, func(api.Request) []slack.BlockElement { return nil }},
	}
	lists = slices.DeleteFunc(lists, func(l homeList) bool { return l.none == "" && len(l.requests) == 0 })
	most := mostOf(lists)
	blocks := []slack.Block{slack.NewActionBlock("top", button(ActionRequest, "", "Request access", slack.StylePrimary))}
	for _, l := range lists {
		p.More = p.More || len(l.requests) > most
		blocks = append(blocks, slack.NewHeaderBlock(Plain(l.title, maxHeader)))
		if len(l.requests) == 0 {
			blocks = append(blocks, slack.NewSectionBlock(Plain(l.none, maxSection), nil, nil))
		}
		for i, r := range first(l.requests, most) {
			id := l.name + ":" + strconv.Itoa(i)
			blocks = append(blocks, slack.NewRichTextBlock(id, entry(r, l.line(r))...))
			if all := append(l.buttons(r), open(p.Link(r.ID))...); len(all) > 0 {
				blocks = append(blocks, slack.NewActionBlock(id+":acts", all...))
			}
		}
	}
	if p.More {
		blocks = append(blocks, slack.NewContextBlock("more", Plain("There are more. Open fasttrack to see all.", maxText)))
	}
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}}
}

// mostOf returns how many requests each list shows: so many that Slack takes all of them,
// with two blocks each.
func mostOf(lists []homeList) int {
	for most := maxHome; ; most-- {
		blocks := 2 // at the top, and that there are more
		for _, l := range lists {
			blocks += 1 + max(1, 2*min(len(l.requests), most))
		}
		if blocks <= maxBlocks {
			return most
		}
	}
}

// accessButtons are those beside access of one's own.
func (p HomePage) accessButtons(r api.Request) (all []slack.BlockElement) {
	if !p.Returns(r) || !holds(r) {
		return nil
	}
	if r.You != nil && r.You.Confirm != nil && r.You.Confirm.May {
		all = append(all, button(ActionConfirm, r.ID, "Confirm", slack.StylePrimary))
	}
	if r.You != nil && r.You.Extend != nil && r.You.Extend.May && !p.extending(r) {
		all = append(all, button(ActionExtend, r.ID, "Extend…", slack.StyleDefault))
	}
	return append(all, button(ActionReturn, r.ID, "Return access", slack.StyleDanger))
}

// extending reports whether an extension of the access waits: only one can be open.
func (p HomePage) extending(r api.Request) bool {
	return slices.ContainsFunc(p.Waiting, func(w api.Request) bool { return w.Extends != nil && w.Extends.ID == r.ID })
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

// unreviewedLine says until when an emergency must be reviewed.
func (p HomePage) unreviewedLine(r api.Request) string {
	b := r.BreakGlass
	switch {
	case b == nil:
		return ""
	case b.Overdue(p.Now):
		return "the review is overdue since " + At(b.ReviewBy)
	}
	return "must be reviewed until " + At(b.ReviewBy)
}

// accessLine says how access of one's own stands, and that it must be confirmed.
func accessLine(r api.Request) string {
	if r.You != nil && r.You.Confirm != nil && r.You.Confirm.May {
		return access(r) + " It ends then unless you confirm before that you still need it."
	}
	return access(r)
}

func waitingLine(r api.Request) string {
	if r.Review == nil {
		return "rules are deciding"
	}
	return inboxLine(r)
}
