package build

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/pack"
)

// bootstrap is the program of a function in its .zip file.
const bootstrap = "bootstrap"

// engine packs the engine's functions. Those that read flows.yaml get it.
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

// zip writes the .zip file of one of the engine's functions. What is in that file
// already is not compressed again, which would take seconds at each build.
func (b *builder) zip(fn engine.Function, binary string) error {
	program, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	name := fn.Name + ".zip"
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	if !copyPacked(w, b.path(name), program) {
		out.Reset()
		w = zip.NewWriter(&out)
		if err := pack.Add(w, bootstrap, bytes.NewReader(program), true); err != nil {
			return err
		}
	}
	if fn.ReadsFlows {
		if err := pack.Add(w, folder.FlowsFile, bytes.NewReader(b.flows), false); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	return b.write(name, out.Bytes())
}

// copyPacked copies the program out of a .zip file of an earlier build, if it is the same
// one, byte for byte. It reports whether it did.
func copyPacked(w *zip.Writer, file string, program []byte) bool {
	r, err := zip.OpenReader(file)
	if err != nil {
		return false
	}
	defer r.Close()
	if len(r.File) == 0 || r.File[0].Name != bootstrap || r.File[0].UncompressedSize64 != uint64(len(program)) {
		return false
	}
	packed, err := r.File[0].Open()
	if err != nil {
		return false
	}
	defer packed.Close()
	was := sha256.New()
	if _, err := io.Copy(was, packed); err != nil || [sha256.Size]byte(was.Sum(nil)) != sha256.Sum256(program) {
		return false
	}
	return w.Copy(r.File[0]) == nil
}
