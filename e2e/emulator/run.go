package emulator

import (
	"os"
	"path/filepath"
	"testing"
)

// shown is how much of the end of its log a failed test shows, in bytes.
const shown = 6000

// Run starts an account for a test, with the tools of a folder: emulator is the virtual
// environment of its servers, venv that of the SAM CLI. The test's end closes it.
func Run(t *testing.T, tools string) *Emulator {
	t.Helper()
	log, err := os.Create(filepath.Join(t.ArtifactDir(), "emulator.log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if raw, err := os.ReadFile(log.Name()); err == nil && t.Failed() {
			t.Logf("the end of the emulator's log:\n%s", raw[max(0, len(raw)-shown):])
		}
		_ = log.Close()
	})
	e, err := Start(t.Context(), Options{Venv: filepath.Join(tools, "emulator"), SAM: filepath.Join(tools, "venv", "bin", "sam"), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close the emulator: %v", err)
		}
	})
	return e
}
