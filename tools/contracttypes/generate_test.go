package main

import (
	"os"
	"testing"
)

// The committed types are those of the schemas.
func TestTypesAreCurrent(t *testing.T) {
	for output, generate := range outputs {
		want, err := generate("../../schema")
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile("../../" + output)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is not of the schemas in schema/; run `go run ./tools/contracttypes`", output)
		}
	}
}
