package request

import (
	"context"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// recent counts what the requester asked of the flow before. It is nil where the
// flow doesn't ask for it, and where there is more than can be counted exactly:
// a hook must not take a part for the whole.
func (s service) recent(ctx context.Context, f *flow.Flow, asked run.Asked, now time.Time) (*run.Recent, error) {
	if f.RecentSeconds == 0 {
		return nil, nil
	}
	page, err := s.Store.Requested(ctx, asked.Requester, store.Query{From: f.RecentSince(now), Limit: flow.MaxRecent})
	if err != nil || page.Next != "" {
		return nil, err
	}
	return f.Recent(asked.Fields, page.Runs), nil
}
