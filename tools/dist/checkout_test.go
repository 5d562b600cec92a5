package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A release that skips a step of CONTRIBUTING.md is refused, with what to do.
func TestPrepared(t *testing.T) {
	const hook, strategy = "github.com/fasttrack-dev/fasttrack/hook", "github.com/fasttrack-dev/fasttrack/strategy"
	const nested = hook + " v1.2.3 h1:x=\n" + hook + " v1.2.3/go.mod h1:x=\n" + strategy + " v1.2.3 h1:x=\n"
	good := map[string]string{
		"go.mod":       "module m\n\nrequire (\n\t" + hook + " v1.2.3\n\t" + strategy + " v1.2.3\n)\n",
		"go.sum":       "a.io/x v1.0.0 h1:y=\n" + nested + "z.io/x v1.0.0 h1:y=\n",
		"CHANGELOG.md": "# Changes\n\n## v1.2.3 (29 November 2026)\n",
	}
	for name, c := range map[string]struct{ file, old, new, want string }{
		"good":             {"go.mod", "", "", ""},
		"another version":  {"go.mod", strategy + " v1.2.3", strategy + " v1.2.2", "go.mod requires " + strategy + " v1.2.2: run tools/modules/version v1.2.3"},
		"no checksum":      {"go.sum", strategy + " v1.2.3 h1:x=\n", "", "go.sum has other checksums"},
		"another checksum": {"go.sum", hook + " v1.2.3 h1:x=", hook + " v1.2.3 h1:z=", "go.sum has other checksums"},
		"an old checksum":  {"go.sum", hook + " v1.2.3 h1:x=", hook + " v1.2.2 h1:x=\n" + hook + " v1.2.3 h1:x=", "go.sum has other checksums"},
		"no changelog":     {"CHANGELOG.md", "## v1.2.3", "## Unreleased", `CHANGELOG.md has no section "## v1.2.3"`},
	} {
		dir := t.TempDir()
		for file, content := range good {
			if file == c.file {
				content = strings.Replace(content, c.old, c.new, 1)
			}
			if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		err := prepared(dir, version{tag: "v1.2.3"}, []byte(nested))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
