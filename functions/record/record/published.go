package record

import (
	"context"
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// onBus is what the bus certainly has of a run: the first entries, and the other
// events of all changes up to a turn.
type onBus struct{ entries, turn int }

// published returns what the bus certainly has. Once the state machine has the
// document of the last change, that is everything: a change is published before its
// response. Otherwise it is what was noted when the run was written, or marked
// after that.
func published(rec store.Record, turn int) onBus {
	if t := rec.Run.Engine.Turn; t > 0 && turn == t {
		return onBus{len(rec.Run.History), t}
	}
	// The mark names an entry by its hash: it doesn't fit a run that was restored
	// from a backup.
	marked := slices.IndexFunc(rec.Run.History, func(e run.Entry) bool { return e.Hash == rec.Published }) + 1
	return onBus{entries: max(rec.Run.Engine.Published, marked)}
}

// markPublished notes that the bus has all entries of a run. It is for changes
// whose response the state machine doesn't carry on, such as parking a wait: the
// next step can't see by its turn that they were published. If the mark can't be
// written, the next step publishes the entries again.
func (h *Handler) markPublished(ctx context.Context, done written) {
	r := done.next
	if done.before.entries >= len(r.History) {
		return
	}
	if err := h.Store.MarkPublished(ctx, r.ID, r.History[len(r.History)-1].Hash, h.Now()); err != nil {
		h.Log.Warn("events may be published again", "run_id", r.ID, "error", err.Error())
	}
}
