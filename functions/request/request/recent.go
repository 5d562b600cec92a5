package request

import (
	"context"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// recent counts the earlier requests whose access was for the same person, as far as the flow wants it and they can
// be counted exactly: a hook must not mistake a part for the whole.
func (s service) recent(ctx context.Context, f *flow.Flow, asked run.Draft, now time.Time) (flow.Counted, error) {
	if f.RecentSeconds == 0 {
		return flow.Counted{}, nil
	}
	page, err := s.Store.Requested(ctx, asked.Holder(), store.Query{From: f.RecentSince(now), Limit: flow.MaxRecent})
	if err != nil {
		return flow.Counted{}, err
	}
	return f.Count(asked.Fields, page.Runs, page.Next != "", now), nil
}
