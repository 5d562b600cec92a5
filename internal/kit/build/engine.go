package build

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/pack"
)

// engine packs the engine's functions, as many at a time as there are processors.
func (b *builder) engine(ctx context.Context) error {
	dir := b.options.Engine
	if dir == "" {
		var err error
		if dir, err = engine.Binaries(ctx, engine.Options{Arch: b.options.Arch, Dir: b.options.Dir, Log: b.options.Log}); err != nil {
			return err
		}
	}
	errs := make([]error, len(engine.Functions))
	var all sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, fn := range engine.Functions {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if errs[i] = ctx.Err(); errs[i] == nil {
				errs[i] = b.zip(fn, filepath.Join(dir, fn.Name))
			}
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// zip writes the .zip file of one of the engine's functions: its program, and flows.yaml
// if it reads that.
func (b *builder) zip(fn engine.Function, binary string) error {
	entries := []pack.Entry{{Name: "bootstrap", Program: true, Read: func() ([]byte, error) { return os.ReadFile(binary) }}}
	if fn.ReadsFlows {
		entries = append(entries, pack.Entry{Name: folder.FlowsFile, Read: func() ([]byte, error) { return b.flows, nil }})
	}
	name := fn.Name + ".zip"
	changed, err := pack.Archive(b.path(name), entries)
	b.note(name, changed)
	return err
}
