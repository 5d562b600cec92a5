package record

import (
	"context"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Event is what the bus is told of one entry of a run's history; docs/events.md
// describes it.
type Event struct {
	// ID is the same each time the event is sent.
	ID   string    `json:"id"`
	Type string    `json:"type"`
	Time time.Time `json:"time"`
	// Run is the run as it stands, without its history.
	Run api.Request `json:"run"`
	// Entry is that of the event; an [AccessFailing] has none.
	Entry run.Entry `json:"entry,omitzero"`
	// To lists who is to be notified of an event without an entry.
	To []string `json:"to,omitempty"`
	// LeftOut names what is missing because the event would have been too large
	// for the bus. An entry without its checks does not fit its hash.
	LeftOut []string `json:"left_out,omitempty"`
}

// Source is the source of fasttrack's events.
const Source = "fasttrack"

// AccessFailing is the type of the event that access can't be given, or taken
// back, yet. There is one each time that begins.
const AccessFailing = "fasttrack.access.failing"

// publish puts on the bus what it is not known to have.
func (h *Handler) publish(ctx context.Context, r *run.Run, published onBus) error {
	warn := r.Warning() && r.Engine.Turn != published.turn
	if published.entries >= len(r.History) && !warn {
		return nil
	}
	view := r.Summary().View
	var events []Event
	for _, e := range r.History[published.entries:] {
		events = append(events, Event{
			ID: fmt.Sprintf("%s-%d", r.ID, e.Seq), Type: "fasttrack.run." + string(e.Event), Time: e.At, Run: view, Entry: e,
		})
	}
	if warn {
		events = append(events, Event{
			ID: fmt.Sprintf("%s-failing-%d", r.ID, r.Access.Warned), Type: AccessFailing, Time: r.Access.FailedAt, Run: view,
			To: append([]string{r.Requester.ID}, r.Flow.Admins...),
		})
	}
	if err := h.Bus.Publish(ctx, events); err != nil {
		return fmt.Errorf("publish the events of run %s: %w", r.ID, err)
	}
	return nil
}
