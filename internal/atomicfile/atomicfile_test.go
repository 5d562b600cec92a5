package atomicfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/atomicfile"
)

// A file stays as it was until the new one is kept, and nothing is left beside it.
func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	want := func(content string) {
		t.Helper()
		got, err := os.ReadFile(path)
		if err != nil || string(got) != content {
			t.Errorf("got %q (%v), want %q", got, err, content)
		}
	}
	if err := atomicfile.Write(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	want("first")
	for _, keep := range []bool{false, true} {
		f, err := atomicfile.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, "second"); err != nil {
			t.Fatal(err)
		}
		want("first")
		if keep {
			if err := f.Keep(); err != nil {
				t.Fatal(err)
			}
		}
		f.Discard()
	}
	want("second")
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("beside the file: %v (%v)", entries, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v (%v), want 0600", info.Mode(), err)
	}
}

// What is no file is not replaced.
func TestCreate_NotRegular(t *testing.T) {
	if _, err := atomicfile.Create(t.TempDir()); !errors.Is(err, atomicfile.ErrNotRegular) {
		t.Errorf("got %v", err)
	}
	if _, err := atomicfile.Create(filepath.Join(t.TempDir(), "none", "file")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
