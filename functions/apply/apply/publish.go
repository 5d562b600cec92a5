package apply

import (
	"context"
	"errors"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// publish publishes the event of an outcome, and stores that it did. A call that dies
// between leaves it to the next, which publishes the same event again. What a person's
// command applied, a sweep publishes.
func (h *Handler) publish(ctx context.Context, o rules.Outcome) error {
	if o.Published {
		return nil
	}
	rec, unreadable, err := h.Table.LoadStored(ctx, o.Request)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil // nobody is left to notify
	case err != nil:
		return err
	case unreadable != nil:
		return unreadable
	}
	e := deliver.RulesEvent(rec.Run, o.Became(), o.At)
	if err := h.Bus.Publish(ctx, []api.Event{e}); err != nil {
		return fmt.Errorf("publish what became of request %s: %w", o.Request, err)
	}
	return h.Table.PublishedRulesOutcome(ctx, o)
}
