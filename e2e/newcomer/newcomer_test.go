// Package newcomer_test does what a newcomer does, from an empty folder to a request that
// their own rule approves on AWS, with what a release publishes and nothing of the checkout.
// It types the commands of docs/start.md, docs/kit.md and docs/upgrade.md and compares what
// is printed with what the pages show. AWS is the emulator. `make newcomer` runs it.
package newcomer_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
)

const (
	// The goals: from init to an own, tested rule that responds on this machine.
	mostFiles = 8
	within    = 3 * time.Minute
)

// tools is the folder of the SAM CLI and the emulator.
var tools = os.Getenv("FASTTRACK_NEWCOMER")

// longer has each language play each page; otherwise Python plays those after the first
// page: a second release of Go would be compiled anew, for a minute or two.
var longer = os.Getenv("FASTTRACK_NEWCOMER_LONGER") != ""

// TestNewcomer begins a repository in each language, writes a rule, tests it, has it
// approve a request on this machine, deploys it, and has it approve there.
func TestNewcomer(t *testing.T) {
	if tools == "" {
		t.Skip("FASTTRACK_NEWCOMER is not set: `make newcomer` sets it to the folder of the tools")
	}
	for _, w := range ways(t) {
		t.Run(w.language, func(t *testing.T) {
			n, e := begin(t, w)
			n.start(t, e)
			n.errs(t)
			if longer || w.language == "python" {
				n.kit(t, e)
				n.upgrade(t, e)
			}
			n.report(t, "in all")
		})
	}
}

// newcomer is a person with an empty home, and a way to work.
type newcomer struct {
	way
	*session
	publish func(t *testing.T, version string)
	// team is the newcomer's repository, and counted how many files it has once its tests
	// have run; installed is how many steps come before init.
	team      string
	counted   int
	installed int
}

// begin returns a newcomer at a terminal, and their account of AWS.
func begin(t *testing.T, w way) (*newcomer, *emulator.Emulator) {
	t.Helper()
	e := emulator.Run(t, tools)
	home := t.TempDir()
	tunnel, err := e.Tunnel(home)
	if err != nil {
		t.Fatal(err)
	}
	bin, work := filepath.Join(home, "bin"), filepath.Join(home, "work")
	for _, dir := range []string{bin, work} {
		if err := os.Mkdir(dir, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(tools, "venv", "bin", "sam"), filepath.Join(bin, "sam")); err != nil {
		t.Fatal(err)
	}
	at := free(t)
	env := []string{
		"HOME=" + home, "PATH=" + bin + string(filepath.ListSeparator) + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(),
		"FASTTRACK_ADDR=" + at, "FASTTRACK_URL=http://" + at, "FASTTRACK_DEPLOYMENTS=" + filepath.Join(home, "none.yaml"),
	}
	releases, publish := w.environ(t, home)
	publish(t, version)
	n := &newcomer{
		way: w, publish: publish, team: filepath.Join(work, stack),
		session: &session{home: home, dir: work, env: append(append(append(env, e.Environ()...), tunnel...), releases...), played: map[string]bool{}},
	}
	n.account(t, e)
	return n, e
}

// start plays docs/start.md. The newcomer writes a rule once the page says to.
func (n *newcomer) start(t *testing.T, e *emulator.Emulator) {
	const page = "start.md"
	n.play(t, page, n.language, nil, "What to install")
	n.installed = len(n.steps)
	n.play(t, page, n.language, func(command, printed string) { n.starter(t, command, printed) }, "Make your repository")
	if n.counted = len(n.files(t)); n.counted > mostFiles {
		t.Errorf("with what %s writes there are %d files, want at most %d: %s", n.language, n.counted, mostFiles, n.files(t))
	}
	n.play(t, page, n.language, nil, "Try it on your machine")
	n.play(t, page, n.language, nil, "Make it yours")
	n.ownRule(t)
	n.requests(t, "on this machine", func(who string) []string { return []string{"FASTTRACK_AS=" + who + "@acme.test"} }, "")
	n.server.stop()
	n.report(t, "on this machine")
	n.play(t, page, n.language, nil, "Deploy")
	// First by commands that wait longer: each function starts for the first time.
	n.decides(t, e)
	n.play(t, page, n.language, nil, "The first request")
	n.all(t, page, n.language)
}

// starter looks at what init made.
func (n *newcomer) starter(t *testing.T, command, printed string) {
	if !strings.HasPrefix(command, "fasttrack init") {
		return
	}
	files := n.files(t)
	if len(files) == 0 {
		t.Error("init makes no files")
	}
	for _, name := range files {
		if !strings.Contains(printed, name+" ") {
			t.Errorf("the output does not explain %s:\n%s", name, printed)
		}
	}
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

// report prints the steps so far. The goal on this machine is compared with the time of
// processors, which other programs hardly change: it then holds even on one processor.
func (n *newcomer) report(t *testing.T, until string) {
	t.Helper()
	var all, since, cpu time.Duration
	var b strings.Builder
	for i, s := range n.steps {
		fmt.Fprintf(&b, "\n%8.1f s %8.1f s  %s", s.took.Seconds(), s.cpu.Seconds(), s.name)
		if all += s.took; i >= n.installed {
			since += s.took
			cpu += s.cpu
		}
	}
	t.Logf("%s, %s, %d files, time and time of processors:%s\n%8.1f s  in all, %.1f s of it since init, in which processors took %.1f s", n.language, until, n.counted, b.String(), all.Seconds(), since.Seconds(), cpu.Seconds())
	if until == "on this machine" && cpu > within {
		t.Errorf("processors took %v from init to an own rule, want at most %v", cpu.Round(time.Second), within)
	}
}
