package slackui

import (
	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Thread is the line that follows a card in a channel, of what happened after the
// decision. It is false for an event that needs none: the card shows the decision.
func Thread(e api.Event) (Message, bool) {
	said := ""
	switch {
	case e.Type == api.EventTypeAccessFailing:
		said = failing(e.Request)
	case e.AboutRules():
		said = rulesApplied(*e.Rules) + ". " + rulesFollow(*e.Rules)
	case e.Entry.Event == api.EventEscalate:
		said = "Access is granted"
		if a := e.Request.Access; a != nil && !a.EndsAt.IsZero() {
			said += " until " + At(a.EndsAt)
		}
		said += "."
	case e.Entry.Event == api.EventDeescalate && e.Entry.ExtendedBy != "":
		said = "Extended: access goes on in request " + e.Entry.ExtendedBy + "."
	case e.Entry.Event == api.EventDeescalate:
		said = "Access has ended." + outlasts(e)
	case e.Entry.Event == api.EventIgnore && run.ByLook(e.Entry):
		said = "A second look at the access failed; it goes on. " + e.Entry.Error
	case e.Entry.Event == api.EventRevoke && run.ByLook(e.Entry):
		said = "A second look revoked the access, by " + Actor(e.Entry.Actor) + "." + outlasts(e)
	case e.Entry.Event == api.EventRevoke:
		said = "Revoked by " + Actor(e.Entry.Actor) + "." + outlasts(e)
	case e.Entry.Event == api.EventReview:
		said = "Reviewed by " + Actor(e.Entry.Actor) + ": " + string(e.Entry.Verdict) + "."
	case e.Entry.Event == api.EventFail:
		said = "Failed: no access was granted."
	}
	if said == "" {
		return Message{}, false
	}
	says := []slack.RichTextElement{section(spoken(said, maxFact))}
	if e.Entry.Reason != "" && (e.Entry.Event == api.EventRevoke || e.Entry.Event == api.EventReview) {
		says = append(says, quote(e.Entry.Reason, maxDecided))
	}
	return Message{
		Text:   Escape(Line(marked(e.Request, What(e.Request))+" for "+Who(e.Request.Holder())+": "+said, maxText)),
		Blocks: []slack.Block{slack.NewRichTextBlock("thread", says...)},
	}, true
}

// failing says what fails, and that it is retried.
func failing(r api.Request) string {
	if r.LastError == nil {
		return ""
	}
	return access(r)
}

// outlasts says until when a session may outlast the access; "" if none does.
func outlasts(e api.Event) string {
	if e.Entry.SessionsUntil.IsZero() {
		return ""
	}
	return " A session that began before may last until " + At(e.Entry.SessionsUntil) + "."
}
