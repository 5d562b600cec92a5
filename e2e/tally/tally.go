// Package tally keeps what the long tests counted, so that `make torture` can
// say it at its end: `go test` shows nothing of a test that passed.
package tally

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Full reports whether every case is to be run, not a sample of them.
func Full() bool { return os.Getenv("FASTTRACK_TORTURE") != "" }

// Report logs a line, and appends it to the file that FASTTRACK_TORTURE names if
// that is an absolute path.
func Report(t testing.TB, format string, args ...any) {
	t.Helper()
	line := fmt.Sprintf(format, args...)
	t.Log(line)
	file := os.Getenv("FASTTRACK_TORTURE")
	if !filepath.IsAbs(file) {
		return
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Error(err)
		return
	}
	if _, err := fmt.Fprintln(f, line); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
