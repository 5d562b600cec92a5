package slackway

import (
	"context"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// remindReview reminds an addressee of the review of an emergency below the card that they
// have, which keeps the button. The conversation shows the reminder too, so that it
// notifies. It reports false for an addressee without a card.
func (w *Way) remindReview(ctx context.Context, client *slack.Client, n deliver.Notice, a deliver.Addressee) (bool, error) {
	if n.Kind != deliver.Alert || n.Event.Entry.Event != api.EventRemind {
		return false, nil
	}
	copies, err := w.copies(ctx, n.Run.ID)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(copies, func(c store.SlackCopy) bool { return isCardOf(c, a) })
	if i < 0 {
		return false, nil
	}
	m, is := slackui.ReviewReminder(w.request(n.Run), w.look(n.Run, copies[i], n.Link))
	if !is { // reviewed meanwhile
		return false, deliver.Skip{Why: "it is reviewed"}
	}
	_, _, err = client.PostMessageContext(ctx, copies[i].Channel, append(m.Options(), slack.MsgOptionTS(copies[i].TS), slack.MsgOptionBroadcast())...)
	switch code(err) {
	case "thread_not_found", "message_not_found", "cannot_reply_to_message": // somebody deleted the card
		return false, nil
	}
	if err != nil {
		return true, w.failed(ctx, a, err)
	}
	return true, nil
}

// isCardOf reports whether a copy is a card that an addressee has.
func isCardOf(c store.SlackCopy, a deliver.Addressee) bool {
	_, to, _ := strings.Cut(c.Key, "#")
	return c.Kind == store.SlackCard && !c.Clicked && !c.Done && c.TS != "" && to == a.Person+a.Channel
}
