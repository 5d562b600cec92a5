package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/rules/pushed"
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
		return directoryOf(file)
	})
}

func directoryOf(file *flow.File) deliver.Directory {
	return deliver.Directory{Today: file.Today(), Channels: file.Directory.Slack, Show: file.Show}
}

// presentDirectory is the directory of the present version of flows.yaml, in a deployment
// that takes pushed rules. It is read once for each event.
type presentDirectory struct {
	present func(context.Context) (func() deliver.Directory, error)
	mu      sync.Mutex
	now     func() deliver.Directory
}

func newPresentDirectory(o pushed.Options) (*presentDirectory, error) {
	present, err := pushed.Present(o, func() (func() deliver.Directory, error) { return readDirectory(o.Getenv), nil },
		func(flows *flow.File, _ int) (func() deliver.Directory, error) {
			return sync.OnceValue(func() deliver.Directory { return directoryOf(flows) }), nil
		})
	return &presentDirectory{present: present}, err
}

// read reads the version for an event. Its error is that none could be read yet.
func (p *presentDirectory) read(ctx context.Context) error {
	now, err := p.present(ctx)
	if err != nil {
		return fmt.Errorf("read the rules: %w", err)
	}
	p.mu.Lock()
	p.now = now
	p.mu.Unlock()
	return nil
}

// directory is that of the event's version.
func (p *presentDirectory) directory() deliver.Directory {
	p.mu.Lock()
	now := p.now
	p.mu.Unlock()
	return now()
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
