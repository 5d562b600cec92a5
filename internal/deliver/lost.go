package deliver

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Lost is a message that a way took, and that did not arrive: a mail that bounced.
type Lost struct {
	// By is the way, Person the addressee.
	By, Person string
	// RequestID and Seq are the request and the history entry that it was about.
	RequestID string
	Seq       int
	// Why says what happened, for people.
	Why string
}

// How often a message that is being sent is read again, and the pause between. Its
// bounce can come before it is recorded as sent.
const (
	rereads = 30
	reread  = 500 * time.Millisecond
)

// Lost records that a message did not arrive. If it asked for a decision, and nobody
// else of its entry was reached, the next entries are notified at once.
func (r *Router) Lost(ctx context.Context, l Lost) (Report, error) {
	loaded, err := r.Store.Load(ctx, l.RequestID)
	if gone := (Permanent{}); errors.As(err, &gone) {
		r.Log.WarnContext(ctx, "a lost message", "run_id", l.RequestID, "why", gone.Why)
		return Report{}, nil
	}
	if err != nil {
		return Report{}, err
	}
	found, err := r.lost(ctx, l)
	if err != nil {
		return Report{}, err
	}
	i := slices.IndexFunc(loaded.History, func(e run.Entry) bool { return e.Seq == l.Seq })
	if !found || i < 0 || loaded.History[i].Event != run.Forward {
		return Report{}, nil
	}
	return r.Route(ctx, EventOf(loaded, loaded.History[i]), nil)
}

// lost records the failure of a message to each entry that it stands for, and reports
// whether there is one.
func (r *Router) lost(ctx context.Context, l Lost) (found bool, err error) {
	for n := 0; ; n++ {
		open := false
		all, err := r.Store.AllDeliveries(ctx, l.RequestID)
		if err != nil {
			return false, err
		}
		for _, d := range all {
			if d.By != l.By || d.Seq != l.Seq || d.About != "" || fold(d.Person) != fold(l.Person) {
				continue
			}
			switch d.State {
			case api.DeliverySkipped:
				continue
			case api.DeliveryFailed:
			case api.DeliverySent:
				d.At, d.State, d.Why = r.Now(), api.DeliveryFailed, l.Why
				if err := r.Store.LoseDelivery(ctx, l.RequestID, d); err != nil {
					return false, err
				}
			default:
				open = true
			}
			found = true
		}
		switch {
		case !open:
			return found, nil
		case n == rereads:
			return false, errors.New("the message is still being sent")
		}
		select {
		case <-time.After(reread):
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}
