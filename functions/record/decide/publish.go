package decide

import (
	"context"
	"fmt"
	"time"

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
	Run   run.View  `json:"run"`
	Entry run.Entry `json:"entry"`
	// LeftOut names what is missing because the event would have been too large
	// for the bus. An entry without its checks does not fit its hash.
	LeftOut []string `json:"left_out,omitempty"`
}

// Source is the source of fasttrack's events.
const Source = "fasttrack"

// publish tells the bus the entries after the one of seq published.
func (h *Handler) publish(ctx context.Context, r *run.Run, published int) error {
	if published >= len(r.History) {
		return nil
	}
	view := r.Summary().View
	var events []Event
	for _, e := range r.History[published:] {
		events = append(events, Event{
			ID: fmt.Sprintf("%s-%d", r.ID, e.Seq), Type: "fasttrack.run." + string(e.Event), Time: e.At, Run: view, Entry: e,
		})
	}
	if err := h.Bus.Publish(ctx, events); err != nil {
		return fmt.Errorf("publish the events of run %s: %w", r.ID, err)
	}
	return nil
}
