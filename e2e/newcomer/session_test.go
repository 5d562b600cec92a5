package newcomer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// session is a terminal in which somebody types commands, those of a page or others.
type session struct {
	// env begins the session; dir is where a command left it, home the newcomer's own.
	env       []string
	home, dir string
	// people are the credentials of those whom a block names by "as".
	people map[string][]string
	id     string // the last request's, which commands name by ID
	steps  []step
	// played has the blocks that were typed, by page and line.
	played map[string]bool
	server *server
}

// step is a command, how long it took, and how long it kept processors busy: that figure
// is much the same on a busy machine.
type step struct {
	name      string
	took, cpu time.Duration
}

var (
	requestID = regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{26}\b`)
	namesID   = regexp.MustCompile(`\bID\b`)
	// The emulator runs functions on this machine's processor.
	builds = regexp.MustCompile(`fasttrack (?:build|deploy)\b`)
)

// limit is how long a command may take.
const limit = 10 * time.Minute

// play types the commands of sections of a page, in order, as a team of the language. done
// is called after each, with what it printed.
func (s *session) play(t *testing.T, page, language string, done func(command, printed string), sections ...string) {
	t.Helper()
	for _, b := range read(t, page) {
		if !slices.Contains(sections, b.section) || !b.forTeam(language) {
			continue
		}
		s.played[fmt.Sprint(page, ":", b.line)] = true
		if b.background() {
			s.serve(t, b.text)
			continue
		}
		var printed strings.Builder
		for line := range strings.Lines(b.text) {
			text := strings.TrimSpace(namesID.ReplaceAllString(line, s.id))
			code, out := s.timed(text, s.people[b.as()])
			if code != 0 {
				t.Fatalf("docs/%s:%d: %q ends with %d:\n%s", page, b.line, text, code, out)
			}
			printed.WriteString(out)
			if ids := requestID.FindAllString(out, -1); len(ids) > 0 {
				s.id = ids[len(ids)-1]
			}
			if done != nil {
				done(text, out)
			}
		}
		if line := missing(b.shows, printed.String()); line != "" {
			t.Errorf("docs/%s:%d: the page shows %q; it printed:\n%s", page, b.line, line, printed.String())
		}
	}
}

// all fails if the page has a command for the language that was not played.
func (s *session) all(t *testing.T, page, language string) {
	t.Helper()
	for _, b := range read(t, page) {
		if b.forTeam(language) && !s.played[fmt.Sprint(page, ":", b.line)] {
			t.Errorf("docs/%s:%d: no test plays this command of section %q:\n%s", page, b.line, b.section, b.text)
		}
	}
}

// timed types a command and keeps how long it takes.
func (s *session) timed(text string, more []string) (int, string) {
	began := time.Now()
	code, printed, cpu := s.measured(text, more)
	s.steps = append(s.steps, step{text, time.Since(began), cpu})
	return code, printed
}

// run types a command that must succeed, and returns what it printed.
func (s *session) run(t *testing.T, text string, more ...string) string {
	t.Helper()
	code, printed := s.timed(text, more)
	if code != 0 {
		t.Fatalf("%q ends with %d:\n%s", text, code, printed)
	}
	return printed
}

// try types a command, and returns its exit code and what it printed. The next begins in
// the folder and with the variables where it ends, but for those of more.
func (s *session) try(text string, more []string) (int, string) {
	code, printed, _ := s.measured(text, more)
	return code, printed
}

// measured does what try does, and returns the time on processors too.
func (s *session) measured(text string, more []string) (code int, printed string, cpu time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if !strings.Contains(text, "--arch") {
		text = builds.ReplaceAllString(text, "$0 --arch "+runtime.GOARCH)
	}
	// Without variables that are for this command alone, its shell is the next one's.
	keep := ""
	if len(more) == 0 {
		keep = "\nexport -p >\"$HOME/.session\"; pwd >\"$HOME/.session.dir\""
	}
	var out bytes.Buffer
	cmd := s.command(ctx, text+keep, more)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("y\n"), &out, &out // sam deploy asks
	err := cmd.Run()
	if cmd.ProcessState != nil {
		cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	if exit, is := errors.AsType[*exec.ExitError](err); is {
		return exit.ExitCode(), out.String(), cpu
	}
	if err != nil {
		return -1, err.Error(), cpu
	}
	if dir, err := os.ReadFile(filepath.Join(s.home, ".session.dir")); err == nil {
		s.dir = strings.TrimSpace(string(dir))
	}
	return 0, out.String(), cpu
}

// command returns a shell that goes on where the last one ended.
func (s *session) command(ctx context.Context, text string, more []string) *exec.Cmd {
	// The exported variables of the last shell do not replace those of more.
	resume := "[ ! -e \"$HOME/.session\" ] || . \"$HOME/.session\"\n"
	for _, pair := range more {
		name, value, _ := strings.Cut(pair, "=")
		resume += "export " + name + "='" + value + "'\n"
	}
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", resume+text)
	cmd.Dir, cmd.Env = s.dir, s.env
	return cmd
}

// value returns a variable that the session begins with.
func (s *session) value(name string) string {
	for _, pair := range s.env {
		if value, is := strings.CutPrefix(pair, name+"="); is {
			return value
		}
	}
	return ""
}
