package deliver

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/destination"
)

// alert notifies whom the entry names of an emergency, or that it waits for its review. A
// reminder that comes late, after the review, is not sent.
func (c *call) alert(ctx context.Context) {
	if c.event.Entry.Event == api.EventRemind && !c.now.AwaitsReview() {
		return
	}
	var all []message
	for _, each := range c.event.Entry.To {
		d, err := destination.Parse(each)
		if err != nil || d.Kind == destination.Topic || d.Kind == destination.Webhook || d.Kind == destination.Everyone {
			continue // the first two have every event; nobody writes to the last
		}
		all = append(all, c.resolve(d, Alert)...)
	}
	c.deliver(ctx, all)
}
