// Package starters_test does with each starter of `fasttrack init` what its team does next:
// it runs `fasttrack test`, without AWS and a network, and deploys to an emulator of AWS.
// `make starters` runs it.
package starters_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/starter"
)

// tools is the folder of the tools. Without it nothing is tested here.
var tools = os.Getenv("FASTTRACK_STARTERS")

// program is the command line that `make build` made.
func program(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../build/bin/fasttrack")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// begin writes a starter.
func begin(t *testing.T, language folder.Language, flow, stack string) string {
	t.Helper()
	if tools == "" {
		t.Skip("FASTTRACK_STARTERS is not set: `make starters` runs this test")
	}
	files, err := starter.Files(starter.Options{Language: language, Flow: flow, Stack: stack})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), stack)
	if err := starter.Write(dir, files); err != nil {
		t.Fatal(err)
	}
	return dir
}

// offline are variables without credentials and a way to any other machine.
func offline(dir string) []string {
	const nowhere = "http://127.0.0.1:1"
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + os.TempDir(), "GOPROXY=off", "GOFLAGS=-mod=mod -trimpath -buildvcs=false", "GOWORK=off", "CGO_ENABLED=0",
		"HTTP_PROXY=" + nowhere, "HTTPS_PROXY=" + nowhere, "NO_PROXY=127.0.0.1,localhost",
	}
}

// The tests of each starter pass as written, its flows are valid, and its hooks keep the
// contract. That is all that `fasttrack test` prints, but for what it did not call.
func TestStarters(t *testing.T) {
	for _, language := range starter.Languages {
		for _, flow := range starter.Flows() {
			t.Run(string(language)+" "+flow, func(t *testing.T) {
				dir := begin(t, language, flow, "approvals")
				env := offline(t.TempDir())
				if language == folder.Go {
					env = append(env, checkout(t, dir)...)
				}
				var out bytes.Buffer
				cmd := exec.CommandContext(t.Context(), program(t), "test")
				cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, &out, &out
				if err := cmd.Run(); err != nil {
					t.Fatalf("%v\n%s", err, &out)
				}
				lines := strings.Split(strings.TrimSpace(out.String()), "\n")
				if last := lines[len(lines)-1]; !strings.Contains(last, "(hooks/): ok, 10 cases") {
					t.Errorf("it ends with %q", last)
				}
			})
		}
	}
}

// checkout has a Go team's module take fasttrack from this checkout, and returns where its
// go command finds what was compiled and downloaded before.
func checkout(t *testing.T, dir string) []string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	const module = "github.com/fasttrack-dev/fasttrack"
	edit := []string{"mod", "edit"}
	for from, to := range map[string]string{module: root, module + "/hook": root + "/hook", module + "/strategy": root + "/strategy"} {
		edit = append(edit, "-require="+from+"@v0.0.0", "-replace="+from+"="+to)
	}
	for _, args := range [][]string{edit, {"env", "GOCACHE", "GOMODCACHE"}} {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", args[0], err, out)
		}
		if args[0] == "env" {
			sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o600); err != nil {
				t.Fatal(err)
			}
			at := strings.Fields(string(out))
			return []string{"GOCACHE=" + at[0], "GOMODCACHE=" + at[1]}
		}
	}
	return nil
}
