package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// process returns a Process that has env for its environment, empty folders of its
// own, and no input.
func process(t *testing.T, env map[string]string) Process {
	t.Helper()
	dir := t.TempDir()
	folder := func(name string) func() (string, error) {
		return func() (string, error) { return filepath.Join(dir, name), nil }
	}
	return Process{
		In: strings.NewReader(""), Getenv: func(name string) string { return env[name] },
		ConfigDir: folder("config"), CacheDir: folder("cache"), Now: time.Now,
	}
}

// runs runs a command and returns its exit code and what it prints.
func (p Process) runs(ctx context.Context, args ...string) (code int, out, messages string) {
	var o, m strings.Builder
	p.Args, p.Out, p.Err = args, &o, &m
	code = Run(ctx, p)
	return code, o.String(), m.String()
}

// inProcess runs a command as ada@example.com.
func inProcess(t *testing.T, url string, args ...string) (code int, out, messages string) {
	t.Helper()
	return process(t, map[string]string{"FASTTRACK_URL": url, "FASTTRACK_AS": "ada@example.com"}).runs(t.Context(), args...)
}

// Runs in one process share no flags, environment, folders or streams.
func TestRun_SharesNothing(t *testing.T) {
	for _, name := range []string{"ada", "grace", "linus", "root"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := process(t, map[string]string{"FASTTRACK_TOKEN": "x"})
			for range 20 {
				at := "http://127.0.0.1:9000/" + name
				if code, out, messages := p.runs(t.Context(), "deployments", "add", name, "--url", at, "--default"); code != exitDone || out != name+" is "+at+"\n" {
					t.Fatalf("add exits %d: %s%s", code, out, messages)
				}
				code, out, messages := p.runs(t.Context(), "deployments")
				if code != exitDone || !strings.Contains(out, at) || strings.Count(out, "http") != 2 {
					t.Fatalf("it exits %d, and lists\n%s%s", code, out, messages)
				}
			}
		})
	}
}

// SIGINT and SIGTERM end a command's context; here another end does, as a test's.
func TestRun_EndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(interrupted{os.Interrupt})
	code, _, messages := process(t, nil).runs(ctx, "list", "--as", "ada@example.com")
	if code != exitInterrupted || !strings.HasPrefix(messages, "interrupted") {
		t.Errorf("it exits %d: %s", code, messages)
	}
}
