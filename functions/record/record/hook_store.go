package record

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// shelves returns what hooks keep that the outcome of the hook which was called may depend
// on.
func (h *Handler) shelves(ctx context.Context, r *run.Run) (run.Shelves, error) {
	if r.Flow.Store == nil || r.Over() || r.Engine.Next != run.NextHook {
		return run.Shelves{}, nil
	}
	return h.readShelves(ctx, r)
}

// readShelves reads what hooks keep, also under other logins and addresses of the holder.
func (h *Handler) readShelves(ctx context.Context, r *run.Run) (run.Shelves, error) {
	if len(r.Flow.Store.Person) > 0 {
		if err := h.Store.Linked(ctx, h.today().LinksOf, r.Holder()); err != nil {
			return run.Shelves{}, err
		}
	}
	return h.Store.LoadShelves(ctx, r)
}

// addStore adds what hooks keep to the invocation of the next hook: as it is now, after
// what the run has just written.
func (h *Handler) addStore(ctx context.Context, r *run.Run, d *stepfn.Document) error {
	if d.Hook == nil || r.Flow.Store == nil {
		return nil
	}
	kept, err := h.readShelves(ctx, r)
	if err != nil {
		return err
	}
	return d.AddStore(r.Flow.Store, kept, h.Now())
}
