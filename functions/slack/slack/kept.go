package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// goesOn reports whether something will happen to a request that its readers wait for.
func goesOn(r api.Request) bool {
	if unreviewed(r) {
		return true
	}
	switch r.Status {
	case api.StatusApproved:
		return r.DurationSeconds > 0
	case api.StatusDenied, api.StatusExpired, api.StatusCanceled, api.StatusEnded, api.StatusRevoked, api.StatusFailed:
		return false
	}
	return true
}

// unreviewed reports whether a request is an emergency that waits for its review.
func unreviewed(r api.Request) bool {
	return r.BreakGlass != nil && r.BreakGlass.State == api.GlassUnreviewed
}

// keepModal stores that an open modal shows a request, and returns the request as it is
// after that. In that order: functions/notify updates the modals that are stored, and what
// happened before is read here.
func (c *call) keepModal(ctx context.Context, who slackcaller.Caller, r api.Request, modal store.SlackCopy) api.Request {
	modal.Kind, modal.User = store.SlackView, who.User
	if err := c.Views.Keep(ctx, r.ID, modal, c.Now()); err != nil {
		c.log.Warn("a modal is not kept, so it will not be updated", "run_id", r.ID, "error", err.Error())
	}
	now, err := c.read(ctx, who, r.ID)
	if err != nil {
		return r
	}
	return now
}

// keepCard stores the card that was clicked, for functions/notify to update: nobody knows
// of a card whose post had its answer lost.
func (c *call) keepCard(ctx context.Context, in interaction, r api.Request) {
	if !in.onMessage() || !goesOn(r) {
		return
	}
	card := store.SlackCopy{Kind: store.SlackCard, Key: "click#" + in.Channel.ID + "#" + in.Message.TS, Channel: in.Channel.ID, TS: in.Message.TS, Clicked: true}
	if strings.HasPrefix(card.Channel, "D") { // direct messages
		card.User = in.user().id
	}
	if err := c.Views.Keep(ctx, r.ID, card, c.Now()); err != nil {
		c.log.Warn("a card is not kept", "run_id", r.ID, "error", err.Error())
	}
}

// refreshes limits how often a card is rewritten because its request changed meanwhile.
const refreshes = 3

// refresh rewrites the message that was clicked if its request is decided: it may be a
// copy that nobody knows of, since the answer to its post was lost. A request that goes on
// is read once more, since functions/notify may have written what is newer.
func (c *call) refresh(ctx context.Context, in interaction, who slackcaller.Caller, r api.Request) {
	if !in.onMessage() || r.Decision == nil {
		return
	}
	ctx, cancel := c.showing(ctx)
	defer cancel()
	var wrote []byte
	for range refreshes {
		// Others may review an emergency if the reader of the card may not.
		card := slackui.Card(r, slackui.Look{Link: c.link(r.ID), Buttons: unreviewed(r) || r.You != nil && r.You.Revoke.May})
		looks, err := json.Marshal(card)
		if err == nil && bytes.Equal(looks, wrote) {
			return
		}
		if _, _, _, err := c.client.UpdateMessageContext(ctx, in.Channel.ID, in.Message.TS, card.Options()...); err != nil {
			c.log.Warn("a message with old buttons is not rewritten", "run_id", r.ID, "error", err.Error())
			return
		}
		if !goesOn(r) {
			return
		}
		if r, err = c.read(ctx, who, r.ID); err != nil {
			c.log.Warn("a message may be out of date", "error", err.Error())
			return
		}
		wrote = looks
	}
}
