package parity_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
	"github.com/fasttrack-dev/fasttrack/localaws/asl/parity"
)

const (
	corpus  = "../testdata/parity"
	scripts = "engines"
)

// engines returns the folder of the other engines. It skips the test without one: these
// tests take minutes and install packages.
func engines(t *testing.T) (tools string) {
	t.Helper()
	tools = os.Getenv("LOCALAWS_PARITY_TOOLS")
	if tools == "" {
		t.Skip("NOT RUN: make parity-statemachine runs it")
	}
	return tools
}

// load reads the cases of this folder and of those that LOCALAWS_PARITY_CORPUS lists,
// with the differences.yaml beside each.
func load(t *testing.T) (cases []parity.Case, known []parity.Known) {
	t.Helper()
	for _, folder := range append([]string{corpus}, filepath.SplitList(os.Getenv("LOCALAWS_PARITY_CORPUS"))...) {
		more, err := parity.Load(folder)
		if err != nil {
			t.Fatal(err)
		}
		var differences []parity.Known
		if err := parity.Read(filepath.Join(folder, "..", "differences.yaml"), &differences); err != nil {
			t.Fatal(err)
		}
		cases, known = append(cases, more...), append(known, differences...)
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
	tools := engines(t)
	cases, known, outcomes := emulate(t, func() (*parity.Emulator, error) { return parity.Moto(tools) })
	events(t, "moto", cases, outcomes, known)
}

func TestMiniStack(t *testing.T) {
	tools := engines(t)
	emulate(t, func() (*parity.Emulator, error) {
		return parity.MiniStack(tools, filepath.Join(scripts, "bootstrap"))
	})
}

func emulate(t *testing.T, start func() (*parity.Emulator, error)) ([]parity.Case, []parity.Known, map[string]parity.Outcome) {
	t.Helper()
	cases, known := load(t)
	e, err := start()
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	outcomes := parity.Judge(t, e.Name, cases, known, func(cases []parity.Case) (map[string]parity.Outcome, error) {
		return e.Run(t.Context(), cases)
	})
	return cases, known, outcomes
}

// events compares the whole histories of the cases that come to the same, where
// one thing happens after the other.
func events(t *testing.T, engine string, cases []parity.Case, outcomes map[string]parity.Outcome, known []parity.Known) {
	t.Helper()
	listed := parity.List(t, engine+" events", known)
	same, topics := 0, map[string]int{}
	for _, c := range cases {
		if !c.InOrder() || outcomes[c.Name].Differs(c) != "" {
			continue
		}
		got, want := strings.Join(outcomes[c.Name].Events, " "), strings.Join(parity.Local(t, c).Events, " ")
		what, is := listed[c.Name]
		delete(listed, c.Name)
		switch {
		case got == want && !is:
			same++
			topic, _, _ := strings.Cut(c.Name, "/")
			topics[topic]++
		case what == "any":
		case got == want:
			t.Errorf("%s: %q has the same events, though listed", engine, c.Name)
		case what != got:
			t.Errorf("%s: other events, not listed so:\n%q: %q\nhere: %s", engine, c.Name, got, want)
		}
	}
	for name := range listed {
		t.Errorf("%s: the events of %q are listed, and not compared", engine, name)
	}
	t.Logf("%s: %d histories have the same events: %v", engine, same, topics)
}

func TestValidator(t *testing.T) {
	tools := engines(t)
	cases, known := load(t)
	listed := parity.List(t, "asl-validator", known)
	broken, err := parity.LoadBroken(filepath.Join(corpus, "..", "broken.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var definitions []parity.Definition
	accepted := 0
	for _, c := range cases {
		if c.Refused != "" {
			continue // for what asl-validator does not look at
		}
		accepted++
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
		if why := refused[c.Name]; (why != "") != (listed[c.Name] != "") {
			t.Errorf("%s: asl-validator refuses it: %q, listed: %q", c.Name, why, listed[c.Name])
		}
	}
	for _, b := range broken {
		if refused["broken: "+b.Name] == "" {
			t.Errorf("%s: asl-validator accepts it", b.Name)
		}
	}
	t.Logf("asl-validator: %d definitions accepted, %d refused", accepted-len(listed), len(broken))
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
