package guides_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// session is a terminal in which somebody types the commands of a page.
type session struct {
	dir string   // of the terminal, which a command may change
	env []string // likewise
	// people are the credentials of those whom a block names by "as".
	people map[string][]string
	// done is called after each block, with what it printed.
	done func(t *testing.T, text string)
	id   string // the last request's, which commands name by ID
}

var (
	requestID = regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{26}\b`)
	namesID   = regexp.MustCompile(`\bID\b`)
)

// play types the commands of blocks, in order.
func (s *session) play(t *testing.T, page, language string, blocks []block) {
	for _, b := range blocks {
		if !b.forTeam(language) {
			continue
		}
		began := time.Now()
		text := namesID.ReplaceAllString(b.text, s.id)
		// The emulator runs functions on this machine's processor.
		text = strings.ReplaceAll(text, "fasttrack deploy\n", "fasttrack deploy --arch "+runtime.GOARCH+"\n")
		if b.background() {
			s.start(t, text)
			continue
		}
		output, err := s.run(t, text, s.people[b.as()])
		if err != nil {
			t.Fatalf("%s:%d: %v\n%s\n%s", page, b.line, err, text, output)
		}
		if line := missing(b.shows, output); line != "" {
			t.Errorf("%s:%d: the page shows %q; it printed:\n%s", page, b.line, line, output)
		}
		if ids := requestID.FindAllString(output, -1); len(ids) > 0 {
			s.id = ids[len(ids)-1]
		}
		t.Logf("%s:%d: %s", page, b.line, time.Since(began).Round(100*time.Millisecond))
		if s.done != nil {
			s.done(t, text)
		}
	}
}

// run runs a block. The next begins in the folder and with the variables where it ends.
func (s *session) run(t *testing.T, text string, more []string) (string, error) {
	t.Helper()
	keep := filepath.Join(t.TempDir(), "dir")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", text+"\npwd >"+keep)
	cmd.Dir, cmd.Env, cmd.Stdin = s.dir, append(s.env, more...), strings.NewReader("y\n") // sam deploy asks
	out, err := cmd.CombinedOutput()
	if dir, readErr := os.ReadFile(keep); err == nil && readErr == nil {
		s.dir = strings.TrimSpace(string(dir))
	}
	return string(out), err
}

// start runs a block until the test ends, and waits until the API answers on this machine.
func (s *session) start(t *testing.T, text string) {
	t.Helper()
	var output bytes.Buffer
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", text)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.dir, s.env, &output, &output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-ended
		}
	})
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		res, err := http.Get("http://" + s.value("FASTTRACK_ADDR") + "/healthz")
		if err == nil {
			_ = res.Body.Close()
			return
		}
		select {
		case err := <-ended:
			t.Fatalf("%s ended: %v\n%s", text, err, output.String())
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not answer at %s", text, s.value("FASTTRACK_ADDR"))
		}
	}
}

// value returns a variable of the session.
func (s *session) value(name string) string {
	for _, pair := range s.env {
		if value, is := strings.CutPrefix(pair, name+"="); is {
			return value
		}
	}
	return ""
}
