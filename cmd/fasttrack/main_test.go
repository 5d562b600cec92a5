package main

import (
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
)

// The transcripts run the program itself: this test binary, started again.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"fasttrack": main})
}

func TestTranscripts(t *testing.T) {
	sample, err := os.ReadFile("../../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			return os.WriteFile(e.WorkDir+"/sample.yaml", sample, 0o644)
		},
	})
}

// Every command says in a sentence what it is for, and shows how it is called.
func TestHelp(t *testing.T) {
	var walk func(c *cobra.Command, path string)
	walk = func(c *cobra.Command, path string) {
		path = strings.TrimSpace(path + " " + c.Name())
		if c.Short == "" || !unicode.IsUpper([]rune(c.Short)[0]) {
			t.Errorf("%s: its Short is %q, want one that starts with a capital", path, c.Short)
		}
		if strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: its Short %q ends with a full stop", path, c.Short)
		}
		if got := c.UseLine(); !strings.HasPrefix(got, path) {
			t.Errorf("%s: its usage is %q, want its path first", path, got)
		}
		if c.RunE == nil {
			t.Errorf("%s: it does nothing when it is called", path)
		}
		for _, sub := range c.Commands() {
			walk(sub, path)
		}
	}
	walk(newRootCommand(), "")
}
