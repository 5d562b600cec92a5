package slackui

import (
	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
)

// ExtendForm returns the modal in which access is extended: by one of the durations that
// the engine lets its reader request now.
func ExtendForm(r api.Request, may api.ExtendAllowed, metadata string) *slack.ModalViewRequest {
	options := []*slack.OptionBlockObject{}
	for _, seconds := range first(may.DurationsSeconds, maxOptions) {
		options = append(options, secondsOption(seconds))
	}
	if len(options) == 0 {
		return Notice("Not possible", "This access can't last longer.")
	}
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, Plain("Choose", maxPlaceholder), Element, options...)
	e.InitialOption = options[0]
	hint := "Counted from the present end, " + At(may.EndsAt) + "."
	return &slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: ActionFormID, Title: Plain("Extend access", maxTitle), Submit: Plain("Request", maxTitle),
		Close: Plain("Cancel", maxTitle), PrivateMetadata: metadata,
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewRichTextBlock("extends", section(bold(What(r), maxWhat), glue(" for "), bold(Who(r.Holder()), maxName), glue(" ends on "+At(may.EndsAt)))),
			slack.NewInputBlock(DurationBlock, Plain("Extend by", maxLabel), Plain(hint, maxLabel), e),
			reasonInput(ReasonBlock, "Why", "Approvers read it.", may.ReasonRequired != nil && *may.ReasonRequired),
		}},
	}
}

// offer is the button of a reminder that extends access: in Slack, or on the request's page
// where its flow takes no requests in Slack.
func offer(r api.Request, look Look) *slack.ButtonBlockElement {
	switch {
	case !look.Extend:
		return nil
	case look.Buttons:
		return button(ActionExtend, r.ID, "Extend…", slack.StylePrimary)
	case look.Link != "":
		b := button(ActionOpen, "", "Extend…", slack.StylePrimary)
		b.URL = look.Link + "#extend"
		return b
	}
	return nil
}
