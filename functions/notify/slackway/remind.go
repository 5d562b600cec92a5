package slackway

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// What Slack schedules: 120 days ahead at most, and deletes no later than a minute before.
const (
	maxAhead    = 120*24*time.Hour - time.Hour
	undeletable = time.Minute
)

// remind has Slack write to the requester before access ends, and cancels that where
// access ended early. Slack keeps the time, so nothing here has to wait for it.
func (w *Way) remind(ctx context.Context, api *slack.Client, r *run.Run, copies []store.SlackCopy, link string) error {
	for _, c := range copies {
		if c.Kind == store.SlackRemind {
			return w.unremind(ctx, api, r, c)
		}
	}
	if r.Status != run.Active || r.Access == nil || r.Requester.Email == "" {
		return nil
	}
	ends := r.Access.EndsAt
	due := ends.Add(-slackui.RemindBefore)
	if ahead := due.Sub(w.Now()); ahead <= undeletable || ahead > maxAhead {
		return nil
	}
	to, err := w.requesterChannel(ctx, api, r, copies)
	if err != nil || to == "" {
		return err
	}
	c := store.SlackCopy{Kind: store.SlackRemind, Due: due.UTC()}
	if claimed, err := w.Store.ClaimSlackCopy(ctx, r.ID, c, w.Now()); err != nil || !claimed {
		return err
	}
	m := slackui.Reminder(w.request(r), ends, w.look(r, c, link))
	c.Channel, c.Scheduled, err = api.ScheduleMessageContext(ctx, to, strconv.FormatInt(due.Unix(), 10), m.Options()...)
	if err != nil {
		return fmt.Errorf("schedule a message in Slack: %w", err)
	}
	return w.Store.SaveSlackCopy(ctx, r.ID, c, w.Now())
}

// requesterChannel returns the direct messages with the requester: those of an earlier
// message or else, for Slack to find, the user. It is "" for a requester without Slack.
func (w *Way) requesterChannel(ctx context.Context, api *slack.Client, r *run.Run, copies []store.SlackCopy) (string, error) {
	for _, c := range copies {
		if c.Kind == store.SlackDirect && c.Channel != "" {
			return c.Channel, nil
		}
	}
	u, err := w.user(ctx, api, email.Fold(r.Requester.Email))
	if err != nil || u.Why != "" {
		return "", err
	}
	return u.ID, nil
}

// unremind deletes the scheduled message of access that has ended.
func (w *Way) unremind(ctx context.Context, api *slack.Client, r *run.Run, c store.SlackCopy) error {
	if c.Done || c.Scheduled == "" || r.Status == run.Active {
		return nil
	}
	if w.Now().Before(c.Due) {
		_, err := api.DeleteScheduledMessageContext(ctx, &slack.DeleteScheduledMessageParameters{Channel: c.Channel, ScheduledMessageID: c.Scheduled})
		if err != nil && !gone(err) {
			return fmt.Errorf("delete a scheduled message in Slack: %w", err)
		}
	}
	c.Done = true
	return w.Store.SaveSlackCopy(ctx, r.ID, c, w.Now())
}
