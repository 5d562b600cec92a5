package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/pypi"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// TestLanguages plays the functions of examples/ in Python, over AWS's own
// runtime client, and in Node, over the loop beside it.
func TestLanguages(t *testing.T) {
	venv, err := pypi.Venv("awslambdaric-4.2.2", "awslambdaric==4.2.2")
	if _, noNode := exec.LookPath("node"); err == nil {
		err = noNode
	}
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("Python's runtime client and Node are needed here: %v", err)
		}
		t.Skipf("HOOKS IN OTHER LANGUAGES WERE NOT TESTED: %v", err)
	}
	python := filepath.Join(venv, "bin", "python")
	serving := map[string]struct {
		folder string
		argv   []string
	}{
		"python-hooks":    {"python-hooks", []string{python, "-m", "awslambdaric", "handler.handler"}},
		"custom-decider":  {"custom-decider", []string{python, "-m", "awslambdaric", "decider.handler"}},
		"custom-strategy": {"custom-strategy", []string{python, "-m", "awslambdaric", "strategy.handler"}},
		"node-hooks":      {"node-hooks", []string{"node", "serve.mjs"}},
	}
	var attach []string
	for name := range serving {
		attach = append(attach, name)
	}
	const flows = "testdata/languages/flows.yaml"
	on, stack := serve(t, "HooksFunction", flows, localaws.Options{Attach: attach})
	for _, a := range stack.Attached() {
		s := serving[a.Name]
		cmd := exec.CommandContext(t.Context(), s.argv[0], s.argv[1:]...)
		cmd.Dir = filepath.Join("..", "examples", s.folder)
		cmd.Env = append(os.Environ(), "AWS_LAMBDA_RUNTIME_API="+a.Addr, "STRATEGY_DIR="+t.TempDir(), "PYTHONDONTWRITEBYTECODE=1")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill() // it waits for more
			_ = cmd.Wait()
		})
		attached(t, stack, a.Name)
	}
	playOn(t, on, "testdata/languages", "HooksFunction", flows)
}

// attached waits until a process serves the function.
func attached(t *testing.T, stack *localaws.Stack, name string) {
	t.Helper()
	last := ""
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		_, err := stack.Lambda.Invoke(t.Context(), name, []byte(`{"version":"0"}`))
		if err == nil {
			return
		}
		last = fmt.Sprint(err)
	}
	t.Fatalf("%s does not serve: %s", name, last)
}
