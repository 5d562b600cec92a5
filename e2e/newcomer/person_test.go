package newcomer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
)

// newcomer is a person with an empty home, and a way to work.
type newcomer struct {
	way
	// dir is where they work, team their repository.
	dir, team string
	env       []string
	counted   int
	steps     []step
}

// step is what was done, and how long it took.
type step struct {
	name string
	took time.Duration
}

func begin(t *testing.T, w way, tools string) *newcomer {
	t.Helper()
	n := &newcomer{way: w, dir: t.TempDir()}
	n.team = filepath.Join(n.dir, "approvals-"+w.language)
	home := filepath.Join(n.dir, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	path := append(w.path(n.dir), filepath.Join(tools, "venv", "bin"), os.Getenv("PATH"))
	n.env = append([]string{
		"PATH=" + strings.Join(path, string(os.PathListSeparator)), "HOME=" + home, "TMPDIR=" + os.TempDir(),
		"FASTTRACK_DEPLOYMENTS=" + filepath.Join(home, "none.yaml"),
	}, w.environ(t, n.dir)...)
	return n
}

// timed keeps how long a step takes.
func (n *newcomer) timed(t *testing.T, name string, do func()) {
	t.Helper()
	started := time.Now()
	do()
	n.steps = append(n.steps, step{name, time.Since(started)})
}

// run runs a program that must succeed, and returns what it printed.
func (n *newcomer) run(t *testing.T, name, dir string, args ...string) (printed string) {
	t.Helper()
	n.timed(t, name, func() {
		code, out := n.try(nil, dir, args...)
		if printed = out; code != 0 {
			t.Fatalf("%s: %s ends with %d:\n%s", name, strings.Join(args, " "), code, out)
		}
	})
	return printed
}

// try runs a program, and returns its exit code and what it printed.
func (n *newcomer) try(env []string, dir string, args ...string) (int, string) {
	var out bytes.Buffer
	cmd := n.command(env, dir, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if exit, is := errors.AsType[*exec.ExitError](err); is {
		return exit.ExitCode(), out.String()
	}
	if err != nil {
		return -1, err.Error()
	}
	return 0, out.String()
}

func (n *newcomer) command(env []string, dir string, args ...string) *exec.Cmd {
	// The program is found in the newcomer's PATH, not in this test's.
	cmd := exec.Command("/usr/bin/env", append([]string{"--"}, args...)...)
	cmd.Dir, cmd.Env = dir, append(append([]string{}, n.env...), env...)
	return cmd
}

// fasttrack returns the command line of a command in the repository.
func (n *newcomer) fasttrack(args ...string) []string {
	return append(append([]string{}, n.daily...), args...)
}

// serves has the rule approve on this machine.
func (n *newcomer) serves(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	_ = listener.Close()

	var printed bytes.Buffer
	cmd := n.command([]string{"FASTTRACK_ADDR=" + addr}, n.team, n.runs...)
	cmd.Stdout, cmd.Stderr = &printed, &printed
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // make and npm don't pass a signal on
	ended := make(chan error, 1)
	n.timed(t, "local starts", func() {
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		go func() { ended <- cmd.Wait() }()
		for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
			if res, err := http.Get("http://" + addr + "/openapi.json"); err == nil {
				_ = res.Body.Close()
				break
			}
			select {
			case err := <-ended:
				t.Fatalf("it does not serve: %v\n%s", err, printed.String())
			default:
			}
			if time.Now().After(deadline) {
				_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
				<-ended
				t.Fatalf("it does not serve:\n%s", printed.String())
			}
		}
	})
	stopped := false
	stop := func() {
		if !stopped {
			stopped = true
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
			<-ended
		}
	}
	defer func() {
		stop()
		if t.Failed() {
			t.Log(printed.String())
		}
	}()
	n.requests(t, "on this machine", "http://"+addr)
}

// deploys deploys to the emulator with the SAM CLI, and has the rule approve there.
func (n *newcomer) deploys(t *testing.T, m *emulator.Emulator) {
	parameters := []string{"AuthMode=JWT", "JwtIssuer=" + m.URL(), "JwtAudience=fasttrack"}
	args := append([]string{"deploy", "--arch", architecture(), "--", "--no-confirm-changeset", "--no-progressbar", "--parameter-overrides"}, parameters...)
	n.run(t, "build", n.team, n.fasttrack("build", "--arch", architecture())...)
	n.timed(t, "deploy", func() {
		if code, printed := n.try(m.Environ(), n.team, n.fasttrack(args...)...); code != 0 {
			t.Fatalf("deploy ends with %d:\n%s", code, printed)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := m.Adopt(ctx, filepath.Base(n.team)); err != nil {
		t.Fatal(err)
	}
	n.requests(t, "deployed", m.URL())
}

// report prints the steps so far. On this machine the goal holds, unless it is a cold start
// on a busy machine: then the figures say so.
func (n *newcomer) report(t *testing.T, until string) {
	t.Helper()
	var all, since time.Duration
	var b strings.Builder
	for _, s := range n.steps {
		fmt.Fprintf(&b, "\n%8.1f s  %s", s.took.Seconds(), s.name)
		if all += s.took; s.name != "install" {
			since += s.took
		}
	}
	t.Logf("%s, %s, %d files:%s\n%8.1f s  in all, %.1f s of it since init", n.language, until, n.counted, b.String(), all.Seconds(), since.Seconds())
	if until == "on this machine" && since > within {
		t.Errorf("it took %v from init to an own rule, want at most %v", since.Round(time.Second), within)
	}
}

// read returns members of the JSON document that a text begins with.
func read(text string, paths ...string) []string {
	var document map[string]any
	_ = json.NewDecoder(strings.NewReader(text)).Decode(&document)
	list := make([]string, len(paths))
	for i, path := range paths {
		var v any = document
		for name := range strings.SplitSeq(path, ".") {
			m, _ := v.(map[string]any)
			v = m[name]
		}
		list[i], _ = v.(string)
	}
	return list
}
