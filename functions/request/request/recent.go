package request

import (
	"context"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// recent counts the requester's earlier requests of the flow. It returns nil if the flow
// doesn't want it, and if there are too many to count exactly: a hook must not mistake a
// part for the whole.
func (s service) recent(ctx context.Context, f *flow.Flow, asked run.Draft, now time.Time) (*run.Recent, error) {
	if f.RecentSeconds == 0 {
		return nil, nil
	}
	page, err := s.Store.Requested(ctx, asked.Requester, store.Query{From: f.RecentSince(now), Limit: flow.MaxRecent})
	if err != nil || page.Next != "" {
		return nil, err
	}
	return f.Recent(asked.Fields, page.Runs), nil
}
