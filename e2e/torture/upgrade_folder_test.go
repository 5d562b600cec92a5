package torture

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws"
)

// Runs of the release before end rightly out of the folder in which `fasttrack local --data` kept a release that
// was killed: the executions are its own, with its machine.
func TestUpgradeOfADataFolder(t *testing.T) {
	t.Parallel()
	rel := readRelease(t, "2")
	dir, bound := t.TempDir(), make(chan struct{})
	unpack(t, "testdata/releases/2.data.tar.gz", dir)
	flows, err := os.ReadFile("testdata/releases/flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := newPlay(t, setup{hooks: recordedHooks, flows: string(flows), at: rel.At, local: func(o *localaws.Options) {
		o.Data = dir
		for name, function := range o.Functions { // which may be called once all is set
			o.Functions[name] = func(ctx context.Context, payload []byte) ([]byte, error) {
				<-bound
				return function(ctx, payload)
			}
		}
	}})
	if running := p.running(); len(running) != len(rel.Runs) {
		t.Errorf("%d executions of %d go on", len(running), len(rel.Runs))
	}
	before := p.histories()
	close(bound)
	p.finish(rel, before)
}

// unpack puts an archive's files into a folder.
func unpack(t *testing.T, archive, dir string) {
	t.Helper()
	file, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	packed, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	files := tar.NewReader(packed)
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.FileInfo().IsDir() {
			err = os.MkdirAll(path, 0o700)
		} else {
			var content []byte
			if content, err = io.ReadAll(files); err == nil {
				err = os.WriteFile(path, content, 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
