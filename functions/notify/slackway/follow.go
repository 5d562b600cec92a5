package slackway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// rounds limits how often copies are updated because the run changed meanwhile. A run has
// few changes in a row, and each has an event that updates the copies again.
const rounds = 5

// Follow updates every copy to the run as it is now, and continues the threads of
// channels. Events come twice and in any order, so a copy shows the run and not the event.
func (w *Way) Follow(ctx context.Context, n deliver.Notice) error {
	if !w.use(n.Run).Messages() {
		return nil
	}
	copies, err := w.copies(ctx, n.Run.ID)
	if err != nil || len(copies) == 0 && n.Event.Entry.Event != api.EventEscalate {
		w.homes(ctx, n.Run)
		return err
	}
	client, err := w.client(ctx)
	if err != nil {
		return err
	}
	errs := []error{w.updateAll(ctx, client, n, copies)}
	errs = append(errs, w.thread(ctx, client, n, copies)...)
	w.homes(ctx, n.Run)
	return errors.Join(append(errs, w.afterResponse(ctx, client, n, copies))...)
}

// copies returns the copies of a run. A card that was clicked is one only if no other is the
// same message.
func (w *Way) copies(ctx context.Context, runID string) ([]store.SlackCopy, error) {
	all, err := w.Store.SlackCopies(ctx, runID)
	posted := map[string]bool{}
	for _, c := range all {
		if c.Kind == store.SlackCard && !c.Clicked {
			posted[c.Channel+c.TS] = true
		}
	}
	return slices.DeleteFunc(all, func(c store.SlackCopy) bool { return c.Clicked && posted[c.Channel+c.TS] }), err
}

// modal is what an open form or modal shows of a run.
func (w *Way) modal(r *run.Run, c store.SlackCopy, link string) *slack.ModalViewRequest {
	return slackui.Acted(w.request(r), api.EventName(c.Action), link)
}

// updateAll updates copies until the run has not changed while it did: another event's
// call may have been slower, and have written what was true before.
func (w *Way) updateAll(ctx context.Context, api *slack.Client, n deliver.Notice, copies []store.SlackCopy) error {
	r, shown := n.Run, map[string]string{} // what this call wrote, by copy
	for range rounds {
		var errs []error
		for _, c := range copies {
			looks := w.looks(r, c, n.Link)
			if shown[c.Kind+c.Key] == looks || (n.Kind == deliver.Ask || n.Kind == deliver.Alert) && c.Looks == looks {
				continue // what the engine notes for itself, or asks others, changes nothing here
			}
			err := w.update(ctx, api, r, c, n.Link)
			if errs = append(errs, err); err == nil {
				shown[c.Kind+c.Key] = looks
			}
		}
		errs = append(errs, w.remind(ctx, api, r, copies, n.Link))
		now, err := w.Store.Load(ctx, r.ID)
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		if now.Version == r.Version {
			return errors.Join(errs...)
		}
		if copies, err = w.copies(ctx, r.ID); err != nil {
			return err
		}
		r = now
	}
	return nil
}

// settle updates one new card, if what it shows has changed since it was composed. What
// fails here [Way.Follow] does again, which fails the event: the card is posted.
func (w *Way) settle(ctx context.Context, api *slack.Client, n deliver.Notice, c store.SlackCopy) {
	shown := c.Looks
	for range rounds {
		now, err := w.Store.Load(ctx, n.Run.ID)
		looks := ""
		if err == nil {
			if looks = w.looks(now, c, n.Link); looks == shown {
				return
			}
			err = w.update(ctx, api, now, c, n.Link)
		}
		if err != nil {
			w.Log.WarnContext(ctx, "a new message in Slack is updated later", "run_id", n.Run.ID, "error", err.Error())
			return
		}
		shown = looks
	}
}

// update updates one copy.
func (w *Way) update(ctx context.Context, api *slack.Client, r *run.Run, c store.SlackCopy, link string) error {
	if c.Done {
		return nil
	}
	var err error
	switch c.Kind {
	case store.SlackCard:
		_, _, _, err = api.UpdateMessageContext(ctx, c.Channel, c.TS, w.card(r, c, link).Options()...)
	case store.SlackDirect:
		err = w.updateDirect(ctx, api, r, c, link)
	case store.SlackView:
		if r.Status != run.Requested { // the form shows that already
			_, err = api.UpdateViewContext(ctx, *w.modal(r, c, link), "", "", c.Key)
		}
	}
	if err == nil {
		return nil
	}
	if !gone(err) {
		return fmt.Errorf("update a message in Slack: %w", refused(err))
	}
	c.Done = true // deleted, closed or archived
	return w.Store.SaveSlackCopy(ctx, r.ID, c, w.Now())
}

// looks is the digest of what a copy shows of a run.
func (w *Way) looks(r *run.Run, c store.SlackCopy, link string) string {
	var shows any = r.Status
	switch c.Kind {
	case store.SlackCard:
		shows = w.card(r, c, link)
	case store.SlackView:
		shows = w.modal(r, c, link)
	}
	raw, err := json.Marshal(shows)
	if err != nil { // no message has what JSON can't hold
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// updateDirect takes the button from the message that access was granted, once it ended, and
// from a reminder to confirm it that holds no longer. Other messages to the requester say
// what happened, and stay.
func (w *Way) updateDirect(ctx context.Context, api *slack.Client, r *run.Run, c store.SlackCopy, link string) error {
	i := slices.IndexFunc(r.History, func(e run.Entry) bool { return e.Seq == c.Seq })
	if i < 0 {
		return nil
	}
	var m slackui.Message
	switch e := w.event(eventOf(r, r.History[i]), r); {
	case e.Entry.Event == run.Escalate && r.Status != run.Active:
		m, _ = slackui.Direct(e, w.look(r, c, link))
	case e.Entry.Event == run.Remind && answered(r, r.History[i]):
		m = slackui.Answered(e, w.look(r, c, link))
	default:
		return nil
	}
	if _, _, _, err := api.UpdateMessageContext(ctx, c.Channel, c.TS, m.Options()...); err != nil {
		return err
	}
	c.Done = true
	return w.Store.SaveSlackCopy(ctx, r.ID, c, w.Now())
}

// answered reports whether a reminder to confirm access holds no longer: its holder has, or
// the access has ended.
func answered(r *run.Run, reminder run.Entry) bool {
	return r.Endless() && (r.Status != run.Active || r.Access.EndsAt.After(reminder.EndsAt))
}

// granted reports whether a direct message is that access was granted.
func granted(r *run.Run, c store.SlackCopy) bool {
	return slices.ContainsFunc(r.History, func(e run.Entry) bool { return e.Seq == c.Seq && e.Event == run.Escalate })
}

// eventOf is the event of a history entry.
func eventOf(r *run.Run, e run.Entry) api.Event {
	return api.Event{ID: fmt.Sprintf("%s-%d", r.ID, e.Seq), Type: api.EventTypeRun + string(e.Event), Time: e.At, Entry: e}
}

// thread writes below the cards of channels what followed the decision, once for each. That
// a look at the access failed, its holder reads below the message that it was granted.
func (w *Way) thread(ctx context.Context, api *slack.Client, n deliver.Notice, copies []store.SlackCopy) (errs []error) {
	m, is := slackui.Thread(w.event(n.Event, n.Run))
	if !is {
		return nil
	}
	for _, c := range copies {
		inChannel := c.Kind == store.SlackCard && c.User == "" && !c.Clicked
		ofGrant := c.Kind == store.SlackDirect && n.Event.Entry.Event == run.Ignore && granted(n.Run, c)
		if c.Done || !inChannel && !ofGrant {
			continue
		}
		line := store.SlackCopy{Kind: store.SlackThread, Key: eventKey(n.Event) + "#" + c.Key, Channel: c.Channel}
		claimed, err := w.Store.ClaimSlackCopy(ctx, n.Run.ID, line, w.Now())
		if err != nil {
			errs = append(errs, err)
		}
		if !claimed {
			continue
		}
		_, line.TS, err = api.PostMessageContext(ctx, c.Channel, append(m.Options(), slack.MsgOptionTS(c.TS))...)
		if err == nil || gone(err) {
			err = w.Store.SaveSlackCopy(ctx, n.Run.ID, line, w.Now())
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("post to a thread in Slack: %w", err))
		}
	}
	return errs
}
