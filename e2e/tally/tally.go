// Package tally keeps what the long tests counted, so that `make torture` can
// say it at its end: `go test` shows nothing of a test that passed.
package tally

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Large is the value of FASTTRACK_TORTURE under which the long tests run their large
// samples.
const Large = "large"

// Full reports whether every case is to be run, not a sample of them.
func Full() bool { return !slices.Contains([]string{"", Large}, os.Getenv("FASTTRACK_TORTURE")) }

// Of returns how many of many cases are run: one of few in `make test`, one of large
// where the sample must find each planted bug, all in `make torture`.
func Of(few, large int) (one int) {
	switch {
	case Full():
		return 1
	case os.Getenv("FASTTRACK_TORTURE") == Large:
		return large
	}
	return few
}

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
