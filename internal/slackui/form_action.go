package slackui

import (
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
)

// ActionValues are what the form of an action holds.
type ActionValues struct {
	Reason          string
	DurationSeconds int
	// Verdict is that of the review of an emergency.
	Verdict api.ReviewVerdict
}

// actionWords are the titles of the forms of actions, by button.
var actionWords = map[string]struct{ title, submit string }{
	ActionApprove: {"Approve", "Approve"}, ActionShorten: {"Shorten", "Approve"}, ActionDeny: {"Deny", "Deny"},
	ActionRevoke: {"Revoke access", "Revoke"}, ActionReturn: {"Return access", "Return"},
}

// ActionForm returns the modal of an action: for its reason, and for a shorter time.
func ActionForm(r api.Request, action string, reasonRequired bool, metadata string) *slack.ModalViewRequest {
	words := actionWords[action]
	v := &slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: ActionFormID, Title: Plain(words.title, maxTitle), Submit: Plain(words.submit, maxTitle),
		Close: Plain("Cancel", maxTitle), PrivateMetadata: metadata,
	}
	v.Blocks.BlockSet = []slack.Block{asked(r)}
	if action == ActionShorten {
		options := []*slack.OptionBlockObject{}
		for _, seconds := range shorter(r.DurationSeconds) {
			options = append(options, secondsOption(seconds))
		}
		if len(options) == 0 {
			return Notice("Not possible", "This access is too short to be shortened.")
		}
		e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, Plain("Choose", maxPlaceholder), Element, options...)
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, slack.NewInputBlock(DurationBlock, Plain("Approve for", maxLabel), Plain("Instead of "+strings.TrimPrefix(lasting(r), "for "), maxLabel), e))
	}
	return withReason(v, action, reasonRequired)
}

func withReason(v *slack.ModalViewRequest, action string, required bool) *slack.ModalViewRequest {
	hint := "The requester and the approvers read it."
	v.Blocks.BlockSet = append(v.Blocks.BlockSet, reasonInput(ReasonBlock, "Why", hint, required))
	return v
}

// steps are the times that access is shortened to, in minutes.
var steps = []int{1, 5, 10, 15, 30, 45, 60, 2 * 60, 4 * 60, 8 * 60, 12 * 60, 24 * 60, 2 * 24 * 60, 3 * 24 * 60, 7 * 24 * 60, 14 * 24 * 60, 30 * 24 * 60, 60 * 24 * 60, 90 * 24 * 60}

// shorter returns the times below that of a request, the longest first.
func shorter(seconds int) []int {
	var all []int
	for _, minutes := range slices.Backward(steps) {
		if s := minutes * 60; s < seconds {
			all = append(all, s)
		}
	}
	return all
}

// Acted returns the view of what an action led to. One that is stored and has no effect yet
// says so: the engine takes longer than Slack waits, or more people must approve.
func Acted(r api.Request, e api.EventName, link string) *slack.ModalViewRequest {
	v, stored := Outcome(r, link), ""
	switch {
	case e == api.EventApprove && r.Status == api.StatusPending:
		stored = "Your approval is stored."
	case e == api.EventDeny && r.Status == api.StatusPending:
		stored = "Your denial is stored and takes effect shortly. The outcome appears here."
	case e == api.EventWithdraw && r.Status == api.StatusPending:
		stored = "Your approval is withdrawn."
	case e == api.EventReview && unreviewed(r):
		stored = "Your review is stored and takes effect shortly. The outcome appears here."
	case e == api.EventConfirm && r.Status == api.StatusActive:
		stored = confirmed(r)
	case e == api.EventRevoke && holds(r):
		stored = "Access is being removed. The outcome appears here."
	default:
		return v
	}
	if e != api.EventConfirm {
		v.Title = Plain("Stored", maxTitle)
	}
	v.Blocks.BlockSet = append([]slack.Block{slack.NewSectionBlock(Plain(stored, maxSection), nil, nil)}, v.Blocks.BlockSet...)
	return v
}

// LinkForm returns the modal with a code that links a Slack account to a person. page is
// the address of the console's page that takes it; "" for none.
func LinkForm(why, code string, expires time.Time, page string) *slack.ModalViewRequest {
	how := "Run this where you are signed in to fasttrack:"
	blocks := []slack.Block{slack.NewSectionBlock(Plain(why+" Link it once, and act in Slack as yourself.", maxSection), nil, nil)}
	if page != "" {
		how = "Open the console, where the code is filled in, or run this where you are signed in to fasttrack:"
		b := button(ActionOpen, "", "Open the console", slack.StylePrimary)
		b.URL = page
		blocks = append(blocks, slack.NewActionBlock("page", b))
	}
	blocks = append(blocks,
		slack.NewRichTextBlock("code", section(glue(how)), &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: []slack.RichTextSectionElement{glue("fasttrack slack link " + code)}}),
		slack.NewContextBlock("foot", Plain("The code works once, until "+At(expires)+". Enter it yourself: who asks you for it could act as you.", maxText)),
	)
	return view("Link your account", blocks)
}

// HomeNotice is an App Home that says one thing.
func HomeNotice(said string) slack.HomeTabViewRequest {
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewSectionBlock(Plain(said, maxSection), nil, nil)}}}
}

// HomeLink is an App Home that says why the account must be linked, with the button that
// shows a code. page is the address of the console's page that takes it; "" for none.
func HomeLink(why, page string) slack.HomeTabViewRequest {
	where := "with the command fasttrack slack link"
	if page != "" {
		where = "at " + page + " or " + where
	}
	v := HomeNotice(why)
	v.Blocks.BlockSet = append(v.Blocks.BlockSet,
		slack.NewActionBlock("top", button(ActionLink, "", "Link your account", slack.StylePrimary)),
		slack.NewContextBlock("foot", Plain("The button shows a code. Enter it "+where+".", maxText)))
	return v
}
