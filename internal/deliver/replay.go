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
			events = append(events, eventAbout(loaded, loaded.History[i], d.About))
		}
	}
	return events, nil
}

// eventAbout returns the event that a message was about.
func eventAbout(r *run.Run, e run.Entry, about string) api.Event {
	event := EventOf(r, e)
	if about == api.AboutFailing {
		event.ID, event.Type, event.Entry = fmt.Sprintf("%s-failing-%d", r.ID, e.Seq), api.EventTypeAccessFailing, run.Entry{}
	}
	return event
}
