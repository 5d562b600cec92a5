// Package newcomer_test does what a newcomer does, from an empty folder to a request that
// their own rule approves on AWS: with what a release publishes, and nothing of the
// checkout. `make newcomer` runs it.
package newcomer_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
)

const (
	// version is what the test releases.
	version = "v1.2.3"
	// The goals: from init to an own, tested rule that responds on this machine.
	mostFiles = 8
	within    = 3 * time.Minute
)

// TestNewcomer begins a repository in each language, writes a rule, tests it, has it
// approve a request on this machine, deploys it, and has it approve there.
// FASTTRACK_NEWCOMER names the folder of the tools.
func TestNewcomer(t *testing.T) {
	tools := os.Getenv("FASTTRACK_NEWCOMER")
	if tools == "" {
		t.Skip("FASTTRACK_NEWCOMER is not set: `make newcomer` deploys to an emulator of AWS")
	}
	m, err := emulator.Start(t.Context(), emulator.Options{
		Venv: filepath.Join(tools, "emulator"), SAM: filepath.Join(tools, "venv", "bin", "sam"), Log: logFile(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, w := range ways(t) {
		t.Run(w.language, func(t *testing.T) {
			n := begin(t, w, tools)
			n.install(t)
			n.starter(t)
			n.ownRule(t)
			n.serves(t)
			n.report(t, "on this machine")
			n.deploys(t, m)
			n.report(t, "and deployed")
		})
	}
}

func logFile(t *testing.T) *os.File {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "emulator.log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if raw, err := os.ReadFile(file.Name()); err == nil && t.Failed() {
			t.Logf("the end of the emulator's log:\n%s", raw[max(0, len(raw)-4000):])
		}
		_ = file.Close()
	})
	return file
}

// install installs the command line, in the newcomer's way.
func (n *newcomer) install(t *testing.T) {
	for _, args := range n.installs {
		n.run(t, "install", n.dir, args...)
	}
}

// starter begins the repository. Its tests pass as written.
func (n *newcomer) starter(t *testing.T) {
	init := append(append([]string{}, n.first...), "init", n.team, "--lang", n.language)
	printed := n.run(t, "init", n.dir, init...)
	files := n.files(t)
	if len(files) > mostFiles {
		t.Errorf("init makes %d files, want at most %d: %s", len(files), mostFiles, files)
	}
	for _, name := range files {
		if !strings.Contains(printed, name+" ") {
			t.Errorf("the output does not explain %s:\n%s", name, printed)
		}
	}
	for _, args := range n.prepares {
		n.run(t, strings.Join(args, " "), n.team, args...)
	}
	n.run(t, "test, as written", n.team, n.tests...)
	n.counted = len(n.files(t))
}

// files returns the files of the repository, as git would list them.
func (n *newcomer) files(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir(n.team, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".fasttrack" || d.Name() == "node_modules" {
				return fs.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(n.team, at)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// ownRule adds a flow with a rule to the files that are there, and tests it. Nothing is
// left that is not for production.
func (n *newcomer) ownRule(t *testing.T) {
	n.write(t, "flows.yaml", filepath.Join("testdata", "flows.yaml"))
	for _, file := range n.code {
		n.write(t, "hooks/"+file, filepath.Join("testdata", n.language, file))
	}
	printed := n.run(t, "test of the own rule", n.team, n.tests...)
	if !strings.Contains(printed, "hooks of flow restart (hooks/): ok") {
		t.Errorf("the own flow is not checked:\n%s", printed)
	}
	n.run(t, "flows check --strict", n.team, n.fasttrack("flows", "check", "--strict")...)
	if after := len(n.files(t)); after > n.counted {
		t.Errorf("the tests leave %d files, want %d", after, n.counted)
	}
}

func (n *newcomer) write(t *testing.T, name, from string) {
	t.Helper()
	raw, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(n.team, filepath.FromSlash(name)), raw, 0o644); err != nil {
		t.Fatal(err)
	}
}

// requests files a request that the own rule approves, and one that it leaves to people,
// of whom one approves.
func (n *newcomer) requests(t *testing.T, where, url string) {
	t.Helper()
	as := func(who string) []string {
		return []string{"FASTTRACK_URL=" + url, "FASTTRACK_AS=" + who + "@acme.test"}
	}
	file := func(replicas int) []string {
		return n.fasttrack("request", "restart", "--field", "service=billing", "--field", fmt.Sprint("replicas=", replicas), "-r", "It hangs", "--json", "--wait", "20s")
	}
	var id string
	n.timed(t, "approved by the own rule, "+where, func() {
		code, printed := n.try(as("ada"), n.team, file(3)...)
		if got := read(printed, "decision.reason", "status"); code != 0 || !strings.Contains(printed, "3 replicas serve meanwhile.") {
			t.Fatalf("the request ends with %d, %v:\n%s", code, got, printed)
		}
	})
	n.timed(t, "approved by a person, "+where, func() {
		code, printed := n.try(as("ada"), n.team, file(1)...)
		if id = read(printed, "id")[0]; code != 10 || id == "" { // accepted, and not decided yet
			t.Fatalf("the request ends with %d:\n%s", code, printed)
		}
		if code, printed := n.try(as("grace"), n.team, n.fasttrack("approve", id)...); code != 0 {
			t.Fatalf("grace's approve ends with %d:\n%s", code, printed)
		}
	})
}

// architecture is what Lambda calls the processor of this machine.
func architecture() string {
	if runtime.GOARCH == "amd64" {
		return "x86_64"
	}
	return runtime.GOARCH
}
