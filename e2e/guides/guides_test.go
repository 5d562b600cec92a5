// Package guides_test plays the commands of the pages for teams: what a page says to
// type is typed, and what it shows is printed. AWS is the emulator, and releases come
// from this checkout.
package guides_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/e2e/moduleproxy"
)

// tools is the folder with the SAM CLI and the emulator; the pages are played where it is
// named.
var tools = os.Getenv("FASTTRACK_EMULATOR")

// The version that the pages install.
const released = "v0.9.0"

func TestStart(t *testing.T) {
	if tools == "" {
		t.Skip("set FASTTRACK_EMULATOR to the folder of tools, as `make guides` does")
	}
	t.Run("go", func(t *testing.T) {
		s, e := terminal(t)
		s.env = append(s.env, goModules(t)...)
		s.account(t, e)
		s.play(t, "docs/start.md", "go", read(t, "start.md"))
	})
}

// terminal returns a session in an empty folder, with the SAM CLI and an emulator.
func terminal(t *testing.T) (*session, *emulator.Emulator) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.ArtifactDir(), "emulator.log"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := emulator.Start(t.Context(), emulator.Options{Venv: filepath.Join(tools, "emulator"), SAM: filepath.Join(tools, "venv", "bin", "sam"), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close the emulator: %v", err)
		}
		_ = log.Close()
	})
	home := t.TempDir()
	tunnel, err := e.Tunnel(home)
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(home, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(tools, "venv", "bin", "sam"), filepath.Join(bin, "sam")); err != nil {
		t.Fatal(err)
	}
	env := []string{"HOME=" + home, "PATH=" + bin + string(filepath.ListSeparator) + os.Getenv("PATH"), "GOBIN=" + bin}
	at := free(t)
	env = append(env, "FASTTRACK_ADDR="+at, "FASTTRACK_URL=http://"+at)
	for _, name := range []string{"GOCACHE", "LANG", "TMPDIR"} {
		if value := os.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return &session{dir: t.TempDir(), env: append(append(env, e.Environ()...), tunnel...)}, e
}

// goModules releases the checkout, and returns the environment of who installs it.
func goModules(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	proxy := moduleproxy.New(filepath.Join(dir, "proxy"))
	if err := proxy.Release("../..", released); err != nil {
		t.Fatal(err)
	}
	env, err := proxy.Environ(filepath.Join(dir, "modules"))
	if err != nil {
		t.Fatal(err)
	}
	return append(env, "GOCACHE="+strings.TrimSpace(output(t, "go", "env", "GOCACHE")))
}
