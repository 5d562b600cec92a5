package local_test

import (
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/asl/parity"
)

// Every way through the two state machines ends as it does at AWS.
// `make parity-statemachine` runs the same cases on other engines.
func TestStateMachine(t *testing.T) {
	cases, err := parity.Load("testdata/parity")
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) < 48 {
		t.Errorf("got %d cases, want at least 48", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) { parity.Check(t, c) })
	}
}
