package datafolder

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.HasSuffix(err.Error(), dir+" is in use by another process") {
		t.Errorf("a second open: got %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if f, err = Open(dir); err != nil {
		t.Fatalf("opened again: %v", err)
	}
	defer f.Close()
}

func TestOpenRefuses(t *testing.T) {
	with := func(name, content string) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for name, tc := range map[string]struct{ dir, want string }{
		"a newer format":          {with("format", "2\n"), "is of format 2; this version reads formats up to 1"},
		"a format that is none":   {with("format", "x"), `says "x"`},
		"a folder of other files": {with("letter.txt", ""), "holds other files, such as letter.txt"},
		"a file":                  {filepath.Join(with("file", ""), "file"), "can't be created: not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(tc.dir)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, tc.want)
			}
		})
	}
	t.Run("a folder that can't be written to", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		f, err := Open(dir)
		if err == nil {
			_ = f.Close()
			t.Skip("this user may write anywhere")
		}
		if !strings.Contains(err.Error(), "can't be written to: permission denied") {
			t.Errorf("got %v", err)
		}
	})
}
