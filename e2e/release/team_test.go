package release_test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/tools/modules"
)

// team is a folder that `fasttrack init` began, and what is deployed of it.
type team struct {
	dir, list string
	env       []string
	emulator  *emulator.Emulator
	deployed  emulator.Outputs
}

// begin begins a folder with the first release, and adds flows, hooks and a strategy.
func begin(t *testing.T, env []string) *team {
	t.Helper()
	home := t.TempDir()
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	w := &team{dir: filepath.Join(home, "approvals"), list: t.TempDir()}
	w.env = append(append(os.Environ(), env...), "HOME="+home, "XDG_CACHE_HOME="+filepath.Join(home, ".cache"), "GOCACHE="+strings.TrimSpace(string(cache)), "FASTTRACK_DEPLOYMENTS="+filepath.Join(home, "none.yaml"))
	w.run(t, home, "go", "run", modules.Main+"/cmd/fasttrack@"+first, "init", w.dir)
	for name, from := range map[string]string{"flows.yaml": "flows.yaml", "hooks/main.go": "hooks/main.go.txt", "strategies/list/main.go": "list/main.go.txt"} {
		raw, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(from)))
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(w.dir, name)), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(w.dir, filepath.FromSlash(name)), raw, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	template, err := os.OpenFile(filepath.Join(w.dir, "template.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = template.WriteString(`
  ListFunction:
    Type: AWS::Serverless::Function
    Metadata: {FasttrackStrategy: true}
    Properties:
      FunctionName: !Sub "${AWS::StackName}-list"
      CodeUri: strategies/list/
      Handler: bootstrap
      Runtime: provided.al2023
      Architectures: [!Ref Architecture]
      Timeout: 20
      Environment: {Variables: {LIST_DIR: "` + w.list + `"}}
`)
	}
	if err == nil {
		err = template.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	w.run(t, w.dir, "go", "mod", "tidy")
	return w
}

// run runs a program that must succeed, and returns what it printed.
func (w *team) run(t *testing.T, dir string, args ...string) string {
	t.Helper()
	started := time.Now()
	code, out := w.try(dir, nil, args...)
	if code != 0 {
		t.Fatalf("%s ends with %d:\n%s", strings.Join(args, " "), code, out)
	}
	t.Logf("%6.1f s  %s", time.Since(started).Seconds(), strings.Join(args[:min(len(args), 5)], " "))
	return out
}

// try runs a program, and returns its exit code and what it printed.
func (w *team) try(dir string, env []string, args ...string) (int, string) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = dir, append(append([]string{}, w.env...), env...)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		return -1, err.Error()
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// fasttrack runs the command line of the version that the folder names.
func (w *team) fasttrack(t *testing.T, args ...string) string {
	t.Helper()
	return w.run(t, w.dir, append([]string{"go", "tool", "fasttrack"}, args...)...)
}

// deploy deploys what is built.
func (w *team) deploy(t *testing.T) {
	t.Helper()
	started := time.Now()
	outputs, err := w.emulator.Deploy(t.Context(), filepath.Join(w.dir, ".fasttrack"), map[string]string{"AuditDigest": "true"})
	if err != nil {
		t.Fatal(err)
	}
	w.deployed = maps.Clone(outputs)
	t.Logf("%6.1f s  sam deploy", time.Since(started).Seconds())
}

// pinned returns the version of fasttrack in go.mod.
func (w *team) pinned(t *testing.T) string {
	t.Helper()
	var m struct{ Version string }
	if err := json.Unmarshal([]byte(w.run(t, w.dir, "go", "list", "-m", "-json", modules.Main)), &m); err != nil {
		t.Fatal(err)
	}
	return m.Version
}

// architecture is what Lambda calls the processor of this machine.
func architecture() string {
	if runtime.GOARCH == "amd64" {
		return "x86_64"
	}
	return runtime.GOARCH
}
