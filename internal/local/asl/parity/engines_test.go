package parity_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/local/asl/parity"
)

const (
	corpus  = "../testdata/parity"
	scripts = "../../../../tools/parity"
)

// engines tells where the tools are, or skips the test: these take their time,
// and packages from elsewhere.
func engines(t *testing.T) (tools string) {
	t.Helper()
	tools = os.Getenv("FASTTRACK_PARITY_TOOLS")
	if tools == "" {
		t.Skip("NOT RUN: make parity-statemachine runs it")
	}
	return tools
}

func load(t *testing.T) ([]parity.Case, []parity.Known) {
	t.Helper()
	cases, err := parity.Load(corpus)
	if err != nil {
		t.Fatal(err)
	}
	var known []parity.Known
	if err := parity.Read(filepath.Join(corpus, "..", "differences.yaml"), &known); err != nil {
		t.Fatal(err)
	}
	return cases, known
}

func TestNPM(t *testing.T) {
	tools := engines(t)
	cases, known := load(t)
	outcomes, err := parity.NPM(t.Context(), filepath.Join(tools, "npm"), filepath.Join(scripts, "states.js"), cases)
	if err != nil {
		t.Fatal(err)
	}
	parity.Judge(t, "aws-local-stepfunctions", cases, outcomes, known)
}

func TestMoto(t *testing.T) {
	engines(t)
	emulate(t, parity.Moto)
}

func TestMiniStack(t *testing.T) {
	engines(t)
	emulate(t, func() (*parity.Emulator, error) {
		return parity.MiniStack(filepath.Join(scripts, "bootstrap"))
	})
}

func emulate(t *testing.T, start func() (*parity.Emulator, error)) {
	t.Helper()
	cases, known := load(t)
	e, err := start()
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	outcomes, err := e.Run(t.Context(), cases)
	if err != nil {
		t.Fatal(err)
	}
	parity.Judge(t, e.Name, cases, outcomes, known)
}
