package slack

import (
	"context"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// keeper is the table, whose client is made by the first form: a start needs none.
type keeper struct{ table func() *store.Store }

func views(table func() *store.Store) Views { return keeper{sync.OnceValue(table)} }

// Keep stores that an open form, or a card, shows a request.
func (k keeper) Keep(ctx context.Context, requestID string, c store.SlackCopy, now time.Time) error {
	return k.table().SaveSlackCopy(ctx, requestID, c, now)
}

// KeepHome stores that a user looks at their App Home.
func (k keeper) KeepHome(ctx context.Context, h store.SlackHome, now time.Time) error {
	return k.table().SaveSlackHome(ctx, h, now)
}
