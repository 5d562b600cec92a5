package e2e

import (
	"bytes"
	"context"
	"os"
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
	var logs bytes.Buffer
	stack, err := local.Start(t.Context(), local.Options{
		TemplatePath: "../template.yaml",
		BuildDir:     layOut(t, hooks, flows),
		Addr:         "127.0.0.1:0",
		Log:          &logs,
	})
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
	// A group, so that the stack is closed only after its parallel scripts.
	t.Run("scripts", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Dir:                 scripts,
			RequireExplicitExec: true,
			RequireUniqueNames:  true,
			Setup: func(env *testscript.Env) error {
				env.Setenv("URL", stack.URL())
				env.Values[clientKey{}] = &client{url: stack.URL()}
				return nil
			},
			Cmds: commands,
		})
	})
}
