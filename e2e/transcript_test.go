package e2e

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fasttrack-dev/fasttrack/internal/local"
)

// TestSamples plays the transcripts of the flows that ship.
func TestSamples(t *testing.T) { play(t, "testdata/samples", "HooksFunction", "../flows.yaml") }

// TestCases plays the transcripts of people, of failing hooks and of bad input.
func TestCases(t *testing.T) { play(t, "testdata/cases", "CasesFunction", "testdata/cases/flows.yaml") }

func play(t *testing.T, scripts, hooks, flows string) {
	playWith(t, scripts, hooks, flows, local.Options{}, func(*local.Stack) {})
}

// playWith plays transcripts with more options, once ready returned.
func playWith(t *testing.T, scripts, hooks, flows string, o local.Options, ready func(*local.Stack)) {
	var logs bytes.Buffer
	o.TemplatePath, o.BuildDir, o.Addr, o.Log = "../template.yaml", layOut(t, hooks, flows), "127.0.0.1:0", &logs
	o.OnCall = calls.note
	stack, err := local.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := stack.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
		if t.Failed() && os.Getenv("FASTTRACK_E2E_LOGS") != "" {
			t.Logf("logs of the functions:\n%s", logs.String())
		}
	})
	absolute, err := filepath.Abs(flows)
	if err != nil {
		t.Fatal(err)
	}
	ready(stack)
	// A group, so that the stack is closed only after its parallel scripts.
	t.Run("scripts", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Dir:                 scripts,
			RequireExplicitExec: true,
			RequireUniqueNames:  true,
			Setup: func(env *testscript.Env) error {
				env.Setenv("URL", stack.URL())
				env.Setenv("FASTTRACK_URL", stack.URL())
				env.Setenv("FLOWS", absolute)
				env.Setenv("HOOKS", filepath.Join(binaries, hooks, "bootstrap"))
				env.Setenv("PATH", filepath.Join(binaries, "bin")+string(filepath.ListSeparator)+env.Getenv("PATH"))
				env.Values[clientKey{}] = &client{url: stack.URL()}
				return nil
			},
			Cmds: commands,
		})
	})
}
