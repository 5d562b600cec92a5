package slackui

import (
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// lasting says how long access is requested for.
func lasting(r api.Request) string {
	if r.UntilRevoked {
		return "until it is revoked, confirmed every " + run.SpellDays(r.DurationSeconds)
	}
	return "for " + For(time.Duration(r.DurationSeconds)*time.Second)
}

// unconfirmed reports whether a reminder to confirm access still holds.
func unconfirmed(e api.Event) bool {
	a := e.Request.Access
	return e.Entry.Event == api.EventRemind && e.Request.UntilRevoked && e.Request.Status == api.StatusActive && a != nil && a.EndsAt.Equal(e.Entry.EndsAt)
}

// Answered takes the place of a reminder to confirm access that holds no longer: it says
// what came of it, and has nothing to press but what opens the request.
func Answered(e api.Event, look Look) Message {
	r := e.Request
	said, says := Headline(r), []slack.RichTextElement(nil)
	if a := r.Access; a != nil && a.EndsAt.After(e.Entry.EndsAt) {
		said = "Confirmed"
		if r.Status == api.StatusActive {
			said = "Confirmed: access goes on"
			says = append(says, section(spoken("It ends on "+At(a.EndsAt)+" unless it is confirmed again.", maxFact)))
		}
	}
	says = append([]slack.RichTextElement{section(bold(said, maxWhat), glue(": "), spoken(What(r), maxWhat))}, says...)
	blocks := []slack.Block{slack.NewRichTextBlock("said", says...)}
	if buttons := open(look.Link); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("acts", buttons...))
	}
	return Message{Text: Escape(Line(said+": "+What(r), maxText)), Blocks: append(blocks, foot(r, look))}
}

// notRenewed says that access could not be granted anew after its confirm.
func notRenewed(r api.Request) string {
	ends := "It ends on " + At(r.Access.EndsAt) + " as before. "
	if r.LastError.NextTryAt.IsZero() {
		return "Access could not be granted anew. " + ends + "Confirm it again before that. " + r.LastError.Text
	}
	return "Access could not be granted anew yet; fasttrack retries. " + ends + r.LastError.Text
}

// confirmed says until when access goes on whose holder has pressed Confirm, or that its end
// has not moved yet.
func confirmed(r api.Request) string {
	a := r.Access
	if a == nil {
		return ""
	}
	if r.LastError != nil && r.LastError.Where == "confirm" {
		return notRenewed(r)
	}
	if a.ConfirmedAt.IsZero() || r.You != nil && r.You.Confirm != nil && r.You.Confirm.May {
		return "Your confirmation is stored, and access is being granted anew. Until that is done it ends on " + At(a.EndsAt) + "."
	}
	return "Confirmed on " + At(a.ConfirmedAt) + ". Access ends on " + At(a.EndsAt) + " unless it is confirmed again."
}
