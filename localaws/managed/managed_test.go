package managed_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/managed"
)

// shims puts programs that print the given lines into a PATH of their own.
func shims(t *testing.T, programs map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, lines := range programs {
		script := "#!/bin/sh\n[ '" + lines + "' = fails ] && exit 127\nprintf '%s\\n' " + lines + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	return dir
}

// The interpreter of the runtime's version is preferred; the usual one runs the rest.
func TestFind(t *testing.T) {
	shims(t, map[string]string{
		"python3.12": "/opt/python3.12 3.12.4", "python3.10": "fails", "python3": "/opt/python3 3.11.7", "node": "/opt/node 20.1.0",
	})
	for runtime, want := range map[string]struct {
		command string
		differs bool
	}{
		"python3.12": {"/opt/python3.12", false}, "python3.11": {"/opt/python3", false}, "python3.10": {"/opt/python3", true},
		"nodejs20.x": {"/opt/node", false}, "nodejs22.x": {"/opt/node", true},
	} {
		got, err := managed.Find(runtime)
		if err != nil || got.Command != want.command || got.Differs() != want.differs {
			t.Errorf("%s: got %s, differs %v, %v; want %+v", runtime, got.Command, got.Differs(), err, want)
		}
	}
}

func TestFind_Refuses(t *testing.T) {
	shims(t, map[string]string{"python3": "/opt/python3 3.8.1"})
	for runtime, want := range map[string]string{
		"java21":     `runtime "java21": this machine runs provided.*, python3.* and nodejs*`,
		"python3.14": "runtime python3.14: Python here is 3.8.1; install 3.9 or later",
		"nodejs24.x": "runtime nodejs24.x needs Node.js 20 or later: node is not in PATH",
	} {
		if _, err := managed.Find(runtime); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", runtime, err, want)
		}
	}
}
