package asl_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
	"github.com/fasttrack-dev/fasttrack/localaws/asl/parity"
)

// TestBroken has the interpreter refuse what asl-validator refuses (make
// parity-statemachine), and say where the mistake is.
func TestBroken(t *testing.T) {
	all, err := parity.LoadBroken("testdata/broken.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 40 {
		t.Errorf("there are %d definitions", len(all))
	}
	for _, b := range all {
		t.Run(b.Name, func(t *testing.T) {
			_, err := asl.Parse(b.Definition, nil)
			mistakes, ok := errors.AsType[asl.Mistakes](err)
			if !ok {
				t.Fatalf("got %v", err)
			}
			at := func(m asl.Mistake) bool { return m.Location == b.At }
			if !slices.ContainsFunc(mistakes, at) {
				t.Errorf("got %v, want a mistake at %s", err, b.At)
			}
		})
	}
}

// The mistakes are in the same order each time.
func TestMistakesInOrder(t *testing.T) {
	const definition = `{"StartAt":"A","States":{"A":{"Type":"Succeed"},"F":{"Type":"Succeed"},"E":{"Type":"Succeed"},
		"D":{"Type":"Succeed"},"C":{"Type":"Succeed","Colour":1},"B":{"Type":"Pass","Parameters":{"b.$":"","a.$":""},"End":true}}}`
	want := []string{"/States/B/Parameters/a.$", "/States/B/Parameters/b.$", "/States/C/Colour",
		"/States/B", "/States/C", "/States/D", "/States/E", "/States/F"}
	for range 20 {
		_, err := asl.Parse([]byte(definition), nil)
		mistakes, _ := errors.AsType[asl.Mistakes](err)
		var got []string
		for _, m := range mistakes {
			got = append(got, m.Location)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}
