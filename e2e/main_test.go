// Package e2e runs transcripts against the whole system: the real template,
// state machine and Lambda binaries, served on this machine.
package e2e

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	engine "github.com/fasttrack-dev/fasttrack/functions"
)

// binaries is where TestMain builds the Lambda binaries, one folder a function,
// and the command line, in bin.
var binaries string

// functions maps each function of the template to its package.
var functions = map[string]string{
	"RequestFunction":   "./functions/request",
	"ApplyFunction":     "./functions/apply",
	"ApproveFunction":   "./functions/approve",
	"RecordFunction":    "./functions/record",
	"GrantFunction":     "./functions/grant",
	"ReconcileFunction": "./functions/reconcile",
	"DigestFunction":    "./functions/digest",
	"NotifyFunction":    "./functions/notify",
	"ConsoleFunction":   "./functions/console",
	"SlackFunction":     "./functions/slack",
	"GrantDemoFunction": "./examples/grant-demo",
	"HooksFunction":     "./functions/hooks",
	"CasesFunction":     "./e2e/cases",
}

func TestMain(m *testing.M) {
	if socket := os.Getenv(awsSocket); socket != "" && filepath.Base(os.Args[0]) == "aws" {
		os.Exit(callAWS(socket, os.Args[1:]))
	}
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "fasttrack-e2e-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	binaries = dir
	args := []string{"build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags=-s -w", "-o", filepath.Join(dir, "bin") + "/", "./cmd/fasttrack"}
	build := exec.Command("go", append(args, slices.Sorted(maps.Values(functions))...)...)
	build.Dir = ".."
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		return 0, err
	}
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("build: %w\n%s", err, out)
	}
	for name, pkg := range functions {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			return 0, err
		}
		if err := os.Rename(filepath.Join(dir, "bin", filepath.Base(pkg)), filepath.Join(dir, name, "bootstrap")); err != nil {
			return 0, err
		}
	}
	return m.Run(), nil
}

// lookAtSources looks at each file of code: the go command keeps the result of a
// test for as long as the files that the test itself looked at are the same, and
// doesn't know of what TestMain reads and builds.
func lookAtSources(t testing.TB) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "build" || d.Name() == ".aws-sam"):
			return fs.SkipDir
		}
		if filepath.Ext(path) == ".go" {
			_, err = os.Stat(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// layOut makes a folder as `make build` does, with the hook function and the
// flows of one suite.
func layOut(t testing.TB, hooks, flows string) string {
	t.Helper()
	lookAtSources(t)
	dir := t.TempDir()
	yaml, err := os.ReadFile(flows)
	if err != nil {
		t.Fatal(err)
	}
	for name := range functions {
		from := name
		switch name {
		case "CasesFunction":
			continue
		case "HooksFunction":
			from = hooks
		}
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(to, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(binaries, from, "bootstrap"), filepath.Join(to, "bootstrap")); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(engine.ReadFlows(), strings.ToLower(strings.TrimSuffix(name, "Function"))) {
			continue
		}
		if err := os.WriteFile(filepath.Join(to, "flows.yaml"), yaml, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
