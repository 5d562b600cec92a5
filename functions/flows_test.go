package functions_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/functions"
)

// readsFlows matches the calls by which a function reads flows.yaml at its start.
var readsFlows = regexp.MustCompile(`\b(flow\.Beside|httpapi\.Start|pushed\.Present|pushed\.Deployed)\(`)

// The functions that read flows.yaml are listed once for each way to build them: here,
// and in the Makefile.
func TestReadFlows(t *testing.T) {
	sources, err := filepath.Glob("*/*/*.go")
	if err != nil || len(sources) == 0 {
		t.Fatal(sources, err)
	}
	var read []string
	for _, file := range sources {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(filepath.ToSlash(file), "/")
		if !strings.HasSuffix(file, "_test.go") && readsFlows.Match(raw) && !slices.Contains(read, name) {
			read = append(read, name)
		}
	}
	slices.Sort(read)
	if diff := cmp.Diff(read, functions.ReadFlows()); diff != "" {
		t.Errorf("functions that read flows.yaml (-code +list):\n%s", diff)
	}
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := bytes.Cut(makefile, []byte("\nREAD_FLOWS := "))
	line, _, _ = bytes.Cut(line, []byte("\n"))
	packed := strings.Fields(strings.ToLower(string(line)))
	slices.Sort(packed)
	if diff := cmp.Diff(functions.ReadFlows(), packed); diff != "" {
		t.Errorf("READ_FLOWS of the Makefile (-list +Makefile):\n%s", diff)
	}
}
