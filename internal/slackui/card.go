package slackui

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
)

// The action ids of buttons. The value of each is the request's id, but that of
// ActionRequest and ActionOpen.
const (
	ActionApprove  = "approve"
	ActionDeny     = "deny"
	ActionShorten  = "shorten" // approve for a shorter time
	ActionRevoke   = "revoke"
	ActionWithdraw = "withdraw"
	ActionReturn   = "return"  // the requester's own access
	ActionReview   = "review"  // of an emergency, afterwards
	ActionExtend   = "extend"  // opens the form of an extension
	ActionConfirm  = "confirm" // of the holder: access without an end is still needed
	ActionOpen     = "open"    // a link: Slack reports the click, and nothing follows
	ActionRequest  = "request" // of the App Home: opens the form
)

// Look is how one copy of a message looks to its readers.
type Look struct {
	// Why says why they get it: "you are in sre". May be empty.
	Why string
	// Link is the URL of the request's page; "" for none.
	Link string
	// Extend offers to extend the access.
	Extend bool
	// Buttons has people act in Slack.
	Buttons bool
	// Approved reports that the one reader has approved. Others approve by another copy.
	Approved bool
	// Overdue reports that an emergency should have been reviewed by now.
	Overdue bool
	// Shared reports that many read it: those who have approved, and others.
	Shared bool
}

// Card is the message to approvers: with buttons while a request waits, and with what
// became of it after.
func Card(r api.Request, look Look) Message {
	blocks := []slack.Block{slack.NewHeaderBlock(Plain(title(r), maxHeader)), asked(r)}
	if fields := facts(r); len(fields) > 0 {
		blocks = append(blocks, slack.NewSectionBlock(nil, fields, nil))
	}
	if found := bullets(evidence(r)); found != nil {
		blocks = append(blocks, slack.NewRichTextBlock("evidence", found...))
	}
	if now := append(state(r), reviewed(r, look.Overdue)...); now != nil {
		blocks = append(blocks, slack.NewRichTextBlock("state", now...))
	}
	if buttons := cardButtons(r, look); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("acts", buttons...))
	}
	return Message{Text: Escape(Line(title(r), maxText)), Blocks: append(blocks, foot(r, look))}
}

// The limits of texts, in UTF-16 units. Those of Slack are maxHeader, of a header, and
// maxButton; the others keep a message within the 11,000 or so that it takes as a whole.
const (
	maxHeader  = 150
	maxButton  = 75
	maxText    = 300
	maxName    = 100
	maxWhat    = 200
	maxReason  = 2000
	maxDecided = 1000
	maxFact    = 200
)

// asked says who requests what, and quotes their reason.
func asked(r api.Request) slack.Block {
	who := []slack.RichTextSectionElement{bold(Who(r.Requester), maxName), glue(" requests "), bold(What(r), maxWhat)}
	if r.Extends != nil {
		who[1] = glue(" requests an extension of ")
	}
	if r.Emergency() {
		who[1] = glue(" broke the glass for ")
	}
	if r.For != nil {
		who = append(who, glue(" for "), bold(Who(*r.For), maxName))
	}
	says := []slack.RichTextElement{section(who...)}
	if r.Reason != "" {
		says = append(says, quote(r.Reason, maxReason))
	}
	return slack.NewRichTextBlock("asked", says...)
}

// cardButtons are those that have an effect now.
func cardButtons(r api.Request, look Look) []slack.BlockElement {
	var all []slack.BlockElement
	switch {
	case !look.Buttons:
	case r.Status == api.StatusPending:
		withdraw := button(ActionWithdraw, r.ID, "Withdraw approval…", slack.StyleDefault)
		if look.Approved {
			return append(append(all, withdraw, button(ActionDeny, r.ID, "Deny…", slack.StyleDanger)), open(look.Link)...)
		}
		all = append(all, button(ActionApprove, r.ID, "Approve", slack.StylePrimary), button(ActionDeny, r.ID, "Deny…", slack.StyleDanger))
		if r.DurationSeconds > 60 {
			all = append(all, button(ActionShorten, r.ID, "Shorten…", slack.StyleDefault))
		}
		if look.Shared && r.Review != nil && len(r.Review.ApprovedBy) > 0 {
			all = append(all, withdraw)
		}
	case holds(r):
		all = append(all, button(ActionRevoke, r.ID, "Revoke…", slack.StyleDanger))
	case unreviewed(r):
		all = append(all, button(ActionReview, r.ID, "Review…", slack.StylePrimary))
	}
	return append(all, open(look.Link)...)
}

// holds reports whether there is access to revoke, or about to be.
func holds(r api.Request) bool {
	return r.Status == api.StatusActive || r.Status == api.StatusApproved && r.DurationSeconds > 0
}

func button(action, value, label string, style slack.Style) *slack.ButtonBlockElement {
	b := slack.NewButtonBlockElement(action, value, Plain(label, maxButton))
	b.Style = style
	return b
}

// open is the button that opens a request's page, if it has one.
func open(link string) []slack.BlockElement {
	if link == "" {
		return nil
	}
	b := button(ActionOpen, "", "Open", slack.StyleDefault)
	b.URL = link
	return []slack.BlockElement{b}
}

// foot says which request it is, until when it waits, and why its reader sees it.
func foot(r api.Request, look Look) slack.Block {
	parts := []string{"Request " + r.ID}
	if r.Review != nil && r.Status == api.StatusPending {
		parts = append(parts, "expires "+At(r.Review.ExpiresAt))
	}
	if look.Why != "" {
		parts = append(parts, look.Why)
	}
	return slack.NewContextBlock("foot", Plain(strings.Join(parts, " · "), maxText))
}

// duration returns how long access lasts: what a decision left of what was requested.
func duration(r api.Request) time.Duration { return time.Duration(r.DurationSeconds) * time.Second }
