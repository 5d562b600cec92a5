// Package functions_test holds what all functions have in common.
package functions_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// A main only wires: what is longer belongs into the function's package.
func TestMainsAreShort(t *testing.T) {
	const most = 30
	mains, err := filepath.Glob("*/main.go")
	if err != nil || len(mains) < 9 {
		t.Fatalf("got %d mains (%v), want one for each function", len(mains), err)
	}
	for _, file := range mains {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(raw, []byte("\n")); n > most {
			t.Errorf("%s has %d lines, at most %d are allowed", file, n, most)
		}
	}
}
