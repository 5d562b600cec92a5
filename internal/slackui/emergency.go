package slackui

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
)

// VerdictBlock is the block of a verdict, in the form of a review.
const VerdictBlock = "verdict"

// unreviewed reports whether an emergency waits for its review.
func unreviewed(r api.Request) bool {
	return r.BreakGlass != nil && r.BreakGlass.State == api.GlassUnreviewed
}

// reviewed says what has become of the review of an emergency; nil for any other request.
func reviewed(r api.Request, overdue bool) []slack.RichTextElement {
	b := r.BreakGlass
	switch {
	case b == nil:
		return nil
	case b.Review != nil:
		all := []slack.RichTextElement{section(bold("Reviewed by "+Actor(b.Review.By)+": "+string(b.Review.Verdict), maxWhat), glue(" on "+At(b.Review.At)))}
		if b.Review.Note != "" {
			all = append(all, quote(b.Review.Note, maxDecided))
		}
		return all
	case b.State == api.GlassOpen && r.Emergency():
		return []slack.RichTextElement{section(glue("If this is no emergency, revoke it. Somebody else must review it once access has ended."))}
	case b.State != api.GlassUnreviewed:
		return nil
	case overdue:
		return []slack.RichTextElement{section(bold("The review is overdue", maxWhat), glue(": somebody other than the requester should have reviewed it until "+At(b.ReviewBy)+"."))}
	}
	return []slack.RichTextElement{section(bold("It must be reviewed", maxWhat), glue(" by somebody other than the requester, until "+At(b.ReviewBy)+"."))}
}

// ReviewReminder is what follows the card of an emergency, for its readers to review it. It
// is false for one that is reviewed. The card has the button.
func ReviewReminder(r api.Request, look Look) (Message, bool) {
	if !unreviewed(r) {
		return Message{}, false
	}
	said := "Nobody has reviewed it yet"
	if look.Overdue {
		said = "The review is overdue"
	}
	blocks := []slack.Block{slack.NewRichTextBlock("remind", append(
		[]slack.RichTextElement{section(bold(marked(r, What(r)), maxWhat), glue(" for "), spoken(Who(r.Holder()), maxName))}, reviewed(r, look.Overdue)...)...)}
	if buttons := open(look.Link); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("acts", buttons...))
	}
	return Message{Text: Escape(Line(marked(r, What(r))+" for "+Who(r.Holder())+": "+said, maxText)), Blocks: append(blocks, foot(r, look))}, true
}

// ReviewForm returns the modal in which an emergency is reviewed.
func ReviewForm(r api.Request, metadata string) *slack.ModalViewRequest {
	options := []*slack.OptionBlockObject{}
	for _, v := range []api.ReviewVerdict{api.Justified, api.Unjustified} {
		options = append(options, slack.NewOptionBlockObject(string(v), Plain(strings.ToUpper(string(v[:1]))+string(v[1:]), maxOptionText), nil))
	}
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, Plain("Choose", maxPlaceholder), Element, options...)
	return &slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: ActionFormID, Title: Plain("Review emergency", maxTitle), Submit: Plain("Review", maxTitle),
		Close: Plain("Cancel", maxTitle), PrivateMetadata: metadata,
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			asked(r),
			slack.NewInputBlock(VerdictBlock, Plain("Breaking the glass was", maxLabel), nil, e),
			reasonInput(ReasonBlock, "Note", "Required if it was unjustified. Everybody who sees the request reads it.", false),
		}},
	}
}

// glassOf returns what the reader of a form may do in an emergency: by the flow, or by the
// first of its targets for which they may. It is nil for who may not break the glass.
func glassOf(f api.Flow) *api.BreakGlassRule {
	if f.BreakGlass != nil {
		return f.BreakGlass
	}
	for _, t := range f.Targets {
		if t.BreakGlass != nil {
			return t.BreakGlass
		}
	}
	return nil
}

// glassBlock is the choice to break the glass, with what it means.
func glassBlock(f api.Flow, rule api.BreakGlassRule) slack.Block {
	says := "Only in an emergency. Nobody decides it, the people whom the flow names are notified at once, and why is required. Somebody else reviews it"
	if f.BreakGlass != nil { // targets may have other rules
		says += " within " + For(time.Duration(rule.ReviewWithinSeconds)*time.Second) + " after it has ended"
		if rule.MaxDurationSeconds > 0 {
			says += ". Access lasts up to " + For(time.Duration(rule.MaxDurationSeconds)*time.Second)
		}
	}
	e := slack.NewCheckboxGroupsBlockElement(Element, slack.NewOptionBlockObject(glassOn, Plain("Break glass: grant at once, to be reviewed afterwards", maxOptionText), nil))
	return slack.NewInputBlock(glassBlockOf(f.Name), Plain("Emergency", maxLabel), Plain(says+".", maxLabel), e).WithOptional(true)
}

// glassOn is the value of the choice to break the glass.
const glassOn = "break_glass"
