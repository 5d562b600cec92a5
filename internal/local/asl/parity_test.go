package asl_test

import (
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/local/asl/parity"
)

// TestParity runs the definitions that other interpreters are run on as well
// (make parity-statemachine).
func TestParity(t *testing.T) {
	cases, err := parity.Load("testdata/parity")
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) < 150 {
		t.Errorf("there are %d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			o := parity.Local(t, c)
			if differs := o.Differs(c); differs != "" {
				t.Errorf("%s\nwant %s %v %v %s\ngot %+v", differs, c.Status, c.Output, c.Story(), c.States, o)
			}
			if c.Takes != nil && o.Took != time.Duration(*c.Takes*float64(time.Second)) {
				t.Errorf("it took %v, want %v s", o.Took, *c.Takes)
			}
		})
	}
	t.Logf("%d cases", len(cases))
}
