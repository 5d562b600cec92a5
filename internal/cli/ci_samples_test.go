package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

var requestLine = regexp.MustCompile(`(?m)^[ -]*(fasttrack request .*)$`)

// The samples for CI are YAML, and gate the deployment by a command that this
// program understands.
func TestCISamples(t *testing.T) {
	files, err := filepath.Glob("../../examples/ci/*.yml")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var tree map[string]any
		if err := yaml.Unmarshal(raw, &tree); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		lines := requestLine.FindAllStringSubmatch(string(raw), -1)
		if len(lines) != 1 {
			t.Fatalf("%s has %d lines that request, want 1", file, len(lines))
		}
		words := strings.Fields(strings.ReplaceAll(lines[0][1], `"`, ""))[1:]
		cmd, args, err := newRootCommand(process(t, nil)).Find(words)
		if err == nil {
			err = cmd.ParseFlags(args)
		}
		if err == nil {
			err = cmd.ValidateArgs(cmd.Flags().Args())
		}
		if decided := cmd.Flags().Lookup("decided"); err != nil || decided == nil || !decided.Changed {
			t.Errorf("%s: %s: %v", file, lines[0][1], err)
		}
	}
}
