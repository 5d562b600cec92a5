package parity_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/local/asl"
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
	parity.Judge(t, "aws-local-stepfunctions", cases, known, func(cases []parity.Case) (map[string]parity.Outcome, error) {
		return parity.NPM(t.Context(), filepath.Join(tools, "npm"), filepath.Join(scripts, "states.js"), cases)
	})
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
	parity.Judge(t, e.Name, cases, known, func(cases []parity.Case) (map[string]parity.Outcome, error) {
		return e.Run(t.Context(), cases)
	})
}

func TestValidator(t *testing.T) {
	tools := engines(t)
	cases, _ := load(t)
	broken, err := parity.LoadBroken(filepath.Join(corpus, "..", "broken.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var definitions []parity.Definition
	for _, c := range cases {
		definitions = append(definitions, parity.Definition{Name: c.Name, Definition: c.Accepted()})
	}
	for _, b := range broken {
		definitions = append(definitions, parity.Definition{Name: "broken: " + b.Name, Definition: b.Definition})
	}
	refused, err := parity.Validate(t.Context(), filepath.Join(tools, "npm"), filepath.Join(scripts, "validate.js"), definitions)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if why := refused[c.Name]; why != "" {
			t.Errorf("%s: asl-validator refuses it: %s", c.Name, why)
		}
	}
	for _, b := range broken {
		if refused["broken: "+b.Name] == "" {
			t.Errorf("%s: asl-validator accepts it", b.Name)
		}
	}
	t.Logf("asl-validator: %d definitions accepted, %d refused", len(cases), len(broken))
}

// listed is what asl-validator refuses and AWS does not: null and empty text in a
// list of a payload template, whose values are any JSON
// (https://states-language.net/spec.html#payload-template).
var listed = regexp.MustCompile(`^SCHEMA_VALIDATION_FAILED: /States/A/Parameters/list/\d is invalid. must match exactly one schema in oneOf$`)

// TestMutants has the interpreter refuse each broken definition that
// asl-validator refuses, of all that come from one change to one that works.
func TestMutants(t *testing.T) {
	tools := engines(t)
	cases, _ := load(t)
	mutants, err := parity.Mutants(cases)
	if err != nil {
		t.Fatal(err)
	}
	refused, err := parity.Validate(t.Context(), filepath.Join(tools, "npm"), filepath.Join(scripts, "validate.js"), mutants)
	if err != nil {
		t.Fatal(err)
	}
	var both, here, there int
	for _, m := range mutants {
		_, err := asl.Parse(m.Definition, nil)
		switch {
		case refused[m.Name] != "" && err != nil:
			both++
		case listed.MatchString(refused[m.Name]):
			there++
		case refused[m.Name] != "":
			there++
			t.Errorf("asl-validator alone refuses %s: %s\n%s", m.Name, refused[m.Name], m.Definition)
		case err != nil:
			here++
		}
	}
	t.Logf("%d mutants: both refuse %d, asl-validator alone %d, the interpreter alone %d", len(mutants), both, there, here)
}
