package slackway

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// What Slack schedules: 120 days ahead at most, and deletes no later than a minute before.
const (
	maxAhead    = 120*24*time.Hour - time.Hour
	undeletable = time.Minute
)

// remind has Slack write to the holder before access ends (of access without an end the
// engine reminds them), and cancels that where
// access ended early. Slack keeps the time, so nothing here has to wait for it.
func (w *Way) remind(ctx context.Context, api *slack.Client, r *run.Run, copies []store.SlackCopy, link string) error {
	i := slices.IndexFunc(copies, func(c store.SlackCopy) bool { return c.Kind == store.SlackRemind })
	switch {
	case i >= 0 && r.Status != run.Active:
		return w.unremind(ctx, api, r, copies[i])
	case i >= 0 && (copies[i].Scheduled != "" || copies[i].Done), r.Status != run.Active, r.Access == nil, r.Endless(), r.Holder().Email == "":
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
	if i >= 0 { // by a call that died, or that got no answer
		if c.Channel, c.Scheduled, err = scheduled(ctx, api, r.ID, due); err != nil {
			return err
		}
	}
	if c.Scheduled == "" {
		look := w.look(r, c, link)
		look.Extend = w.Today != nil && deliver.Extendable(r, w.Today(), w.Now())
		m := slackui.Reminder(w.request(r), ends, look)
		c.Channel, c.Scheduled, err = api.ScheduleMessageContext(ctx, to, strconv.FormatInt(due.Unix(), 10), m.Options()...)
		if err != nil {
			return fmt.Errorf("schedule a message in Slack: %w", err)
		}
	}
	return w.Store.SaveSlackCopy(ctx, r.ID, c, w.Now())
}

// scheduled finds the message of a run that is scheduled for a time: its text names the
// run. The id is "" if Slack has none.
func scheduled(ctx context.Context, api *slack.Client, runID string, due time.Time) (channel, id string, err error) {
	// Whether the limits are part of the range is nowhere said.
	in := slack.GetScheduledMessagesParameters{Oldest: strconv.FormatInt(due.Unix()-1, 10), Latest: strconv.FormatInt(due.Unix()+1, 10), Limit: 100}
	for {
		all, next, err := api.GetScheduledMessagesContext(ctx, &in)
		if err != nil {
			return "", "", fmt.Errorf("list scheduled messages in Slack: %w", err)
		}
		for _, m := range all {
			if strings.Contains(m.Text, runID) {
				return m.Channel, m.ID, nil
			}
		}
		if in.Cursor = next; next == "" {
			return "", "", nil
		}
	}
}

// requesterChannel returns the direct messages with the requester: those of an earlier
// message or else, for Slack to find, the user. It is "" for a requester without Slack.
func (w *Way) requesterChannel(ctx context.Context, api *slack.Client, r *run.Run, copies []store.SlackCopy) (string, error) {
	for _, c := range copies {
		if c.Kind == store.SlackDirect && c.Channel != "" && r.For == nil {
			return c.Channel, nil
		}
	}
	u, err := w.user(ctx, api, email.Fold(r.Holder().Email))
	if err != nil || u.Why != "" {
		return "", err
	}
	return u.ID, nil
}

// unremind deletes the scheduled message of access that has ended. One whose id was not
// stored is looked for. If it is not scheduled yet, the call that does so deletes it: it
// reads the run after that, or is retried.
func (w *Way) unremind(ctx context.Context, api *slack.Client, r *run.Run, c store.SlackCopy) (err error) {
	if c.Done {
		return nil
	}
	if w.Now().Before(c.Due) {
		if c.Scheduled == "" {
			if c.Channel, c.Scheduled, err = scheduled(ctx, api, r.ID, c.Due); err != nil || c.Scheduled == "" {
				return err
			}
		}
		_, err := api.DeleteScheduledMessageContext(ctx, &slack.DeleteScheduledMessageParameters{Channel: c.Channel, ScheduledMessageID: c.Scheduled})
		if err != nil && !gone(err) {
			return fmt.Errorf("delete a scheduled message in Slack: %w", err)
		}
	}
	c.Done = true
	return w.Store.SaveSlackCopy(ctx, r.ID, c, w.Now())
}
