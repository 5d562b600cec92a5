package request

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// addStore adds what the hooks of the run's flow keep to the invocation of the first hook:
// nothing, without a read, where they keep nothing.
func (s service) addStore(ctx context.Context, r *run.Run, d *stepfn.Document) error {
	rule := r.Flow.Store
	if rule == nil {
		return nil
	}
	if len(rule.Person) > 0 {
		if err := s.Store.Linked(ctx, s.links, r.Holder()); err != nil {
			return err
		}
	}
	kept, err := s.Store.LoadShelves(ctx, r)
	if err != nil {
		return err
	}
	return d.AddStore(rule, kept, s.Now())
}
