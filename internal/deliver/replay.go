package deliver

import (
	"context"
	"fmt"
	"slices"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// DetailTypeReplay is the detail type of an event that has functions/notify send the
// failed messages about a request again. Its detail is a [Replay].
const DetailTypeReplay = "fasttrack.notify.replay"

// Replay names the request of a [DetailTypeReplay].
type Replay struct {
	RequestID string `json:"request_id"`
}

// Replay releases the failed messages about a run, also those that no retry would have
// cured, and returns the events whose messages they are. Routing these sends them.
func (r *Router) Replay(ctx context.Context, runID string) ([]api.Event, error) {
	loaded, err := r.Store.Load(ctx, runID)
	if err != nil {
		return nil, err
	}
	all, err := r.Store.AllDeliveries(ctx, runID)
	if err != nil {
		return nil, err
	}
	type source struct {
		seq   int
		about string
	}
	var events []api.Event
	seen := map[source]bool{}
	for _, d := range all {
		i := slices.IndexFunc(loaded.History, func(e run.Entry) bool { return e.Seq == d.Seq })
		if d.State != api.DeliveryFailed || i < 0 {
			continue
		}
		d.At = r.Now()
		if err := r.Store.RetryDelivery(ctx, runID, d); err != nil {
			return nil, err
		}
		if from := (source{d.Seq, d.About}); !seen[from] {
			seen[from] = true
			event, there, err := r.eventAbout(ctx, loaded, loaded.History[i], d.About)
			if err != nil {
				return nil, err
			}
			if there {
				events = append(events, event)
			}
		}
	}
	return events, nil
}

// eventAbout returns the event that a message was about.
func (r *Router) eventAbout(ctx context.Context, loaded *run.Run, e run.Entry, about string) (event api.Event, there bool, err error) {
	switch about {
	case api.AboutFailing:
		event = EventOf(loaded, e)
		event.ID, event.Type, event.Entry = fmt.Sprintf("%s-failing-%d", loaded.ID, e.Seq), api.EventTypeAccessFailing, run.Entry{}
		return event, true, nil
	case api.AboutRules:
		o, at, there, err := r.Store.BecameOfRules(ctx, loaded.ID)
		return RulesEvent(loaded, o, at), there, err
	}
	return EventOf(loaded, e), true, nil
}
