package run

import "slices"

// SlackUse is what people may do in Slack with runs of a flow.
type SlackUse string

// The uses of Slack, from the widest to the narrowest. An empty one is SlackDecide: runs
// of older releases have none.
const (
	// SlackDecide lets people request, decide and return access in Slack.
	SlackDecide SlackUse = "decide"
	// SlackAsk lets people request, cancel and return access in Slack. Others decide elsewhere.
	SlackAsk SlackUse = "ask"
	// SlackLink sends messages whose one button opens a page elsewhere.
	SlackLink SlackUse = "link"
	// SlackOff keeps runs out of Slack.
	SlackOff SlackUse = "off"
)

// SlackUses are all of them, from the widest to the narrowest.
var SlackUses = []SlackUse{SlackDecide, SlackAsk, SlackLink, SlackOff}

// width returns the place of a use among SlackUses. An unknown one is the narrowest.
func (u SlackUse) width() int {
	if u == "" {
		return 0
	}
	if i := slices.Index(SlackUses, u); i >= 0 {
		return i
	}
	return len(SlackUses) - 1
}

// Requests reports whether people may make requests in Slack.
func (u SlackUse) Requests() bool { return u.width() <= SlackAsk.width() }

// Decides reports whether people may decide in Slack.
func (u SlackUse) Decides() bool { return u.width() <= SlackDecide.width() }

// Messages reports whether messages are sent to Slack.
func (u SlackUse) Messages() bool { return u.width() <= SlackLink.width() }
