package slackui

import (
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Direct is the message to the requester about an event. It is false for an event that
// needs none. Its button to return access is there only while access lasts, so a copy
// is sent again with the request as it then is.
func Direct(e api.Event, look Look) (Message, bool) {
	said, is := happened(e)
	if !is {
		return Message{}, false
	}
	r := e.Request
	if !e.Entry.BreakGlass && e.Entry.Event != api.EventReview { // which say so themselves
		said = marked(r, said)
	}
	says := []slack.RichTextElement{section(bold(said, maxWhat), glue(": "), spoken(What(r), maxWhat))}
	if reason := reasonOf(e.Entry); reason != "" {
		says = append(says, quote(reason, maxReason))
	}
	if e.Entry.HookReason != "" {
		says = append(says, section(glue("The hook "), spoken(e.Entry.HookReasonBy, maxName), glue(" adds: "), spoken(e.Entry.HookReason, maxFact)))
	}
	if more := follows(e); more != "" {
		says = append(says, section(spoken(more, maxFact)))
	}
	blocks := []slack.Block{slack.NewRichTextBlock("said", says...)}
	if buttons := directButtons(e, look); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("acts", buttons...))
	}
	return Message{
		Text:   Escape(Line(said+": "+What(r), maxText)),
		Blocks: append(blocks, foot(r, look)),
	}, true
}

// happened says what happened, to the requester.
func happened(e api.Event) (string, bool) {
	if e.Type == api.EventTypeAccessFailing {
		return "Your access could not be changed yet", e.Request.LastError != nil
	}
	if e.AboutRules() {
		return rulesApplied(*e.Rules), true
	}
	by := Actor(e.Entry.Actor)
	switch e.Entry.Event {
	case api.EventReview:
		return "Emergency reviewed by " + by + ": " + string(e.Entry.Verdict), true
	case api.EventRemind:
		return "Do you still need this access?", unconfirmed(e)
	case api.EventApprove:
		switch {
		case e.Entry.BreakGlass:
			return "Emergency: " + Who(e.Request.Requester) + " broke the glass", true
		case e.Entry.Status == api.StatusPending:
			return "Approved by " + by + ", and needs more approvals", true
		case e.Entry.Actor.Type == api.ActorHook:
			return "Fast-tracked by " + by, true
		}
		return "Approved by " + by, true
	case api.EventDeny:
		return "Denied by " + by, true
	case api.EventExpire:
		return "Expired without a decision", true
	case api.EventCancel:
		return "Canceled by " + by, true
	case api.EventEscalate:
		return "Access granted", true
	case api.EventDeescalate:
		if e.Entry.ExtendedBy != "" {
			return "Extended: access goes on", true
		}
		return "Access ended", true
	case api.EventRevoke:
		if run.ByLook(e.Entry) {
			return "Access revoked by a second look, by " + by, true
		}
		return "Access revoked by " + by, true
	case api.EventFail:
		return "Failed: no access was granted", true
	case api.EventForward:
		return "Waits for a decision", true
	}
	return "", false
}

// reasonOf returns what somebody gave as the reason of an event. An engine's or a way's
// own text isn't one.
func reasonOf(e api.Entry) string {
	switch e.Event {
	case api.EventApprove:
		if e.BreakGlass {
			return ""
		}
		return e.Reason
	case api.EventReview, api.EventDeny, api.EventRevoke, api.EventCancel:
		return e.Reason
	}
	return ""
}

// follows says what comes next, and where what a strategy returned is: never in Slack.
func follows(e api.Event) string {
	a := e.Request.Access
	switch {
	case e.Type == api.EventTypeAccessFailing:
		return failing(e.Request)
	case e.AboutRules():
		return rulesFollow(*e.Rules)
	case e.Entry.Event == api.EventRemind:
		return "It ends on " + At(e.Entry.EndsAt) + " unless you confirm before that you still need it: here, on its page, or with fasttrack confirm " + e.Request.ID + "."
	case e.Entry.BreakGlass && e.Entry.Event == api.EventApprove:
		return "Nobody decided it: " + e.Request.Reason
	case e.Entry.Event == api.EventApprove && e.Entry.Status != api.StatusPending && e.Request.DurationSeconds > 0:
		return "Access " + lasting(e.Request) + " is being granted."
	case e.Entry.Event == api.EventEscalate && e.Request.Status != api.StatusActive:
		return "It has ended since."
	case e.Entry.Event == api.EventEscalate && e.Request.UntilRevoked && a != nil && !a.EndsAt.IsZero():
		return "It lasts until it is revoked, and ends on " + At(a.EndsAt) + " unless you confirm by then that you still need it. How to use it is on the request's page."
	case e.Entry.Event == api.EventEscalate && a != nil && !a.EndsAt.IsZero():
		return "It ends on " + At(a.EndsAt) + ". How to use it is on the request's page."
	}
	if s := outlasts(e); s != "" {
		return s
	}
	return ""
}

// directButtons return access that lasts, and open the request.
func directButtons(e api.Event, look Look) []slack.BlockElement {
	var all []slack.BlockElement
	if look.Buttons && e.Entry.Event == api.EventEscalate && e.Request.Status == api.StatusActive {
		all = append(all, button(ActionReturn, e.Request.ID, "Return access", slack.StyleDanger))
	}
	if look.Buttons && unconfirmed(e) {
		all = append(all, button(ActionConfirm, e.Request.ID, "Confirm", slack.StylePrimary))
	}
	return append(all, open(look.Link)...)
}

// RemindBefore is how long before the end of access the requester is reminded.
const RemindBefore = 10 * time.Minute

// Reminder is the message to the requester [RemindBefore] the end of access. Its Text names
// the request, so that a scheduled one can be found.
func Reminder(r api.Request, ends time.Time, look Look) Message {
	said := "Access ends in " + For(RemindBefore) + ", on " + At(ends)
	blocks := []slack.Block{slack.NewRichTextBlock("said", section(bold(said, maxWhat), glue(": "), spoken(What(r), maxWhat)))}
	if extend := offer(r, look); extend != nil { // in a block of its own: the id of an action is unique in one
		blocks = append(blocks, slack.NewActionBlock("offer", extend))
	}
	if buttons := open(look.Link); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("acts", buttons...))
	}
	if look.Extend {
		blocks = append(blocks, slack.NewContextBlock("extend", slack.NewTextBlockObject(slack.PlainTextType, "To keep it for longer, extend it before it ends: fasttrack extend "+r.ID, false, false)))
	}
	look.Why = ""
	return Message{Text: Escape(Line(said+": "+What(r), maxText)) + " (" + r.ID + ")", Blocks: append(blocks, foot(r, look))}
}
