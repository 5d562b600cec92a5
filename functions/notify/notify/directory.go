package notify

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// readDirectory returns what reads flows.yaml when it is first called: a function
// without ways to people never does. A file that can't be read names nobody, and other
// messages are sent all the same. A stage changes nothing of whom it names.
func readDirectory(getenv func(string) string) func() deliver.Directory {
	return sync.OnceValue(func() deliver.Directory {
		file, err := flow.Load(flow.Beside(getenv))
		if err != nil {
			slog.Error("flows.yaml names nobody", "error", err.Error())
			return deliver.Directory{Show: (*flow.File)(nil).Show}
		}
		return deliver.Directory{Today: file.Today(), Channels: file.Directory.Slack, Show: file.Show}
	})
}

// runs is the table. A run that it doesn't have has no messages.
type runs struct{ *store.Store }

func (s runs) Load(ctx context.Context, id string) (*run.Run, error) {
	r, err := s.Store.Load(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, deliver.Permanent{Why: "unknown request"}
	}
	return r, err
}
