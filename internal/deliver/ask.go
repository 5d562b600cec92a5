package deliver

import (
	"cmp"
	"context"
	"slices"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/destination"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// ask sends the messages of a forward to approvers. If nobody of its entry was reached,
// the next entries are notified at once. A request that was decided meanwhile has its
// approvers notified of that.
func (c *call) ask(ctx context.Context) {
	entry, there := c.entry(c.seq)
	if there && c.now.Status == run.Pending {
		before, err := c.Store.AllDeliveries(ctx, c.now.ID)
		if err != nil {
			c.errs = append(c.errs, err)
			return
		}
		reached := c.askEntry(ctx, entry.To, c.early(before))
		if !reached && c.latest() {
			c.askNext(ctx)
		}
		loaded, err := c.Store.Load(ctx, c.now.ID)
		if err != nil {
			c.errs = append(c.errs, err)
			return
		}
		c.reload(loaded)
	}
	if i := slices.IndexFunc(c.now.History, decides); i >= 0 {
		c.decided(ctx, EventOf(c.now, c.now.History[i]))
	}
}

// askNext notifies the entries that are still to come, until one is reached. The
// engine's own forward to it then sends no message twice.
func (c *call) askNext(ctx context.Context) {
	for _, next := range c.now.Review.Notify[min(c.now.Review.Notified, len(c.now.Review.Notify)):] {
		if c.askEntry(ctx, next.To, nil) {
			return
		}
	}
}

// askEntry notifies one entry of the notify list, without those messages that were sent
// early. It reports whether anybody was reached. An entry that the topic or the webhook
// is in was: they have every event.
func (c *call) askEntry(ctx context.Context, to []string, early map[string]bool) (reached bool) {
	var all []message
	for _, each := range to {
		d, err := destination.Parse(each)
		switch {
		case err != nil:
			continue
		case d.Kind == destination.Topic, d.Kind == destination.Webhook, d.Kind == destination.Everyone:
			reached = true
			continue
		}
		for _, m := range c.resolve(d, Ask) {
			if early[m.key()] {
				reached = true
				continue
			}
			all = append(all, m)
		}
	}
	return c.deliver(ctx, all) || reached
}

// channel returns the channel that an entry of a notify list goes to; "" for people.
func (c *call) channel(to string) string {
	switch d, err := destination.Parse(to); {
	case err != nil:
		return ""
	case d.Kind == destination.SlackChannel, d.Kind == destination.Teams:
		return d.Name
	case d.Kind == destination.Group:
		return c.directory.Channels[d.Name]
	}
	return ""
}

// entry returns a history entry by its number.
func (c *call) entry(seq int) (run.Entry, bool) {
	i := slices.IndexFunc(c.now.History, func(e run.Entry) bool { return e.Seq == seq })
	if i < 0 {
		return run.Entry{}, false
	}
	return c.now.History[i], true
}

// latest reports whether the event's forward is the last. Those after it have events of
// their own.
func (c *call) latest() bool {
	return !slices.ContainsFunc(c.now.History, func(e run.Entry) bool { return e.Event == run.Forward && e.Seq > c.seq })
}

// early returns the messages that an earlier event sent because nobody of its own entry
// was reached.
func (c *call) early(before []api.Delivery) map[string]bool {
	keys := map[string]bool{}
	for _, d := range before {
		entry, there := c.entry(d.Seq)
		if d.State != api.DeliverySent || d.Seq >= c.seq || !there || entry.Event != run.Forward || slices.Contains(entry.To, d.To) {
			continue
		}
		keys[keyOf(Ask, d.By, cmp.Or(d.Person, c.channel(d.To), d.To))] = true
	}
	return keys
}
