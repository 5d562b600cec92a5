package record

import (
	"context"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// publish publishes the events that the bus may not have yet.
func (h *Handler) publish(ctx context.Context, r *run.Run, published onBus) error {
	warn := r.Warning() && r.Engine.Turn != published.turn
	if published.entries >= len(r.History) && !warn {
		return nil
	}
	view := r.Summary().View
	view.Source = r.Source()
	var events []api.Event
	for _, e := range r.History[published.entries:] {
		events = append(events, api.Event{
			ID: fmt.Sprintf("%s-%d", r.ID, e.Seq), Type: api.EventTypeRun + string(e.Event), Time: e.At, Request: view, Entry: e,
		})
	}
	if warn {
		events = append(events, api.Event{
			ID: r.WarningID(), Type: api.EventTypeAccessFailing, Time: r.Access.FailedAt, Request: view,
			To: append([]string{r.Requester.ID}, r.Flow.Admins...),
		})
	}
	if err := h.Bus.Publish(ctx, events); err != nil {
		return fmt.Errorf("publish the events of run %s: %w", r.ID, err)
	}
	return nil
}
