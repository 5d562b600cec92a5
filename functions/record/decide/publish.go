package decide

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

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

// busBatch is how many events PutEvents takes
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html).
const busBatch = 10

type eventBridge struct {
	client *eventbridge.Client
	bus    string
}

// NewBus gives the EventBridge bus of that name.
func NewBus(client *eventbridge.Client, bus string) Bus { return eventBridge{client, bus} }

func (b eventBridge) Publish(ctx context.Context, events []Event) error {
	for len(events) > 0 {
		batch := events[:min(busBatch, len(events))]
		events = events[len(batch):]
		entries := make([]types.PutEventsRequestEntry, len(batch))
		for i, e := range batch {
			detail, err := json.Marshal(e)
			if err != nil {
				return fmt.Errorf("event %s: %w", e.ID, err)
			}
			entries[i] = types.PutEventsRequestEntry{
				EventBusName: &b.bus, Source: aws.String(Source), DetailType: aws.String(e.Type),
				Detail: aws.String(string(detail)), Time: aws.Time(e.Time),
			}
		}
		out, err := b.client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: entries})
		if err != nil {
			return err
		}
		if out.FailedEntryCount > 0 {
			for _, e := range out.Entries {
				if e.ErrorCode != nil {
					return fmt.Errorf("%d events were not taken: %s: %s", out.FailedEntryCount, *e.ErrorCode, aws.ToString(e.ErrorMessage))
				}
			}
		}
	}
	return nil
}
