package step_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/step"
)

// machine is what the tests read of a state machine's definition.
type machine struct {
	States map[string]struct {
		Retry, Catch []struct{ ErrorEquals []string }
		Parameters   struct{ FunctionName, Payload json.RawMessage }
	}
}

// machines are the present state machines and those of older releases, whose
// executions call the functions of this one.
func machines(t *testing.T) map[string]machine {
	t.Helper()
	files, err := filepath.Glob("../../e2e/torture/testdata/releases/*.asl.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no state machines of older releases: %v", err)
	}
	all := map[string]machine{}
	for _, file := range append(files, "../../statemachine.asl.json", "../../lifecycle.asl.json") {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var m machine
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[filepath.Base(file)] = m
	}
	return all
}

// The state machine retries and catches errors by the names of their types: it
// names no error that neither AWS nor a function has.
func TestStateMachineKnowsTheErrors(t *testing.T) {
	var ours []string
	for _, e := range []error{step.Refused(""), step.Unable(""), step.Later(""), step.Unavailable(""), step.UnknownVersion("")} {
		ours = append(ours, reflect.TypeOf(e).Name())
	}
	for file, m := range machines(t) {
		for name, s := range m.States {
			for _, handled := range append(s.Retry, s.Catch...) {
				for _, e := range handled.ErrorEquals {
					if !strings.HasPrefix(e, "States.") && !strings.HasPrefix(e, "Lambda.") && !strings.HasPrefix(e, "StepFunctions.") && !slices.Contains(ours, e) {
						t.Errorf("%s: state %s names the error %s, which no function returns", file, name, e)
					}
				}
			}
		}
	}
}

// Every member that a state machine sends is one of the request's type, its
// operation one of the function's, and its version no newer than the newest.
func TestStateMachineSendsRequests(t *testing.T) {
	operations := map[string][]string{
		"${RecordFunction}": {step.Decide, step.Park, step.Resume}, "${GrantFunction}": {step.Give, step.Take},
	}
	newest := map[string]int{}
	for file, m := range machines(t) {
		for name, s := range m.States {
			var function string
			if json.Unmarshal(s.Parameters.FunctionName, &function) != nil || operations[function] == nil {
				continue // a wait, or a hook
			}
			var sent struct {
				Version   int
				Operation string
			}
			request, version := any(new(step.GrantRequest)), step.GrantVersion
			if function == "${RecordFunction}" {
				request, version = new(step.RecordRequest), step.RecordVersion
			}
			d := json.NewDecoder(bytes.NewReader(filled(t, s.Parameters.Payload)))
			d.DisallowUnknownFields()
			if err := d.Decode(request); err != nil {
				t.Errorf("%s: state %s: %v", file, name, err)
			}
			if err := json.Unmarshal(s.Parameters.Payload, &sent); err != nil || !slices.Contains(operations[function], sent.Operation) {
				t.Errorf("%s: state %s sends the operation %q (%v)", file, name, sent.Operation, err)
			}
			if sent.Version < 1 || sent.Version > version {
				t.Errorf("%s: state %s sends version %d; the newest is %d", file, name, sent.Version, version)
			}
			newest[function] = max(newest[function], sent.Version)
		}
	}
	if newest["${RecordFunction}"] != step.RecordVersion || newest["${GrantFunction}"] != step.GrantVersion {
		t.Errorf("the newest versions sent are %v, want %d and %d", newest, step.RecordVersion, step.GrantVersion)
	}
}

// filled puts null in place of what an execution fills in.
func filled(t *testing.T, payload json.RawMessage) []byte {
	t.Helper()
	var in map[string]any
	if err := json.Unmarshal(payload, &in); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(fill(in))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func fill(in map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range in {
		if m, is := value.(map[string]any); is {
			value = fill(m)
		}
		name, isPath := strings.CutSuffix(name, ".$")
		if isPath {
			value = nil
		}
		out[name] = value
	}
	return out
}

// Folder, package and state of a function share one word. A function that the
// state machine calls has the state of its name; the other states that call it
// are named for what the request does there.
func TestStatesAreNamedForTheirFunctions(t *testing.T) {
	states := machines(t)["lifecycle.asl.json"].States
	for _, name := range []string{"record", "grant"} {
		function := strings.ToUpper(name[:1]) + name[1:]
		var called string
		if err := json.Unmarshal(states[function].Parameters.FunctionName, &called); err != nil || called != "${"+function+"Function}" {
			t.Errorf("the state %s invokes %q (%v), want functions/%s", function, called, err, name)
		}
	}
	mains, err := filepath.Glob("../../functions/*/main.go")
	if err != nil || len(mains) == 0 {
		t.Fatalf("no functions: %v", err)
	}
	for _, main := range mains {
		folder := filepath.Dir(main)
		name := filepath.Base(folder)
		if name == "hooks" {
			continue // its hooks lie beside its main, one file a flow
		}
		sources, err := filepath.Glob(filepath.Join(folder, name, "*.go"))
		if err != nil || len(sources) == 0 {
			t.Errorf("functions/%s has no package %s (%v)", name, name, err)
		}
	}
}
