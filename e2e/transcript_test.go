package e2e

import (
	"fmt"
	"maps"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fasttrack-dev/fasttrack/localaws"
)

// TestSamples plays the transcripts of the flows that ship.
func TestSamples(t *testing.T) { play(t, "testdata/samples", "HooksFunction", "../flows.yaml") }

// TestCases plays the transcripts of people, of failing hooks and of bad input.
func TestCases(t *testing.T) { play(t, "testdata/cases", "CasesFunction", "testdata/cases/flows.yaml") }

func play(t *testing.T, scripts, hooks, flows string) {
	if emulated() {
		t.Parallel() // what there is to wait for is deployments
	}
	on, _ := serve(t, hooks, flows, localaws.Options{})
	playOn(t, on, scripts, hooks, flows)
}

// playOn plays the transcripts of a folder on a system that is served.
func playOn(t *testing.T, on system, scripts, hooks, flows string) {
	t.Helper()
	playWith(t, on, hooks, flows, testscript.Params{Dir: scripts}, &client{url: on.url})
}

// playWith plays the transcripts of p, whose calls are made as c makes them. The commands
// of p, and its setup, come beside those of all.
func playWith(t *testing.T, on system, hooks, flows string, p testscript.Params, c *client) {
	t.Helper()
	absolute, err := filepath.Abs(flows)
	if err != nil {
		t.Fatal(err)
	}
	all := maps.Clone(commands)
	maps.Copy(all, p.Cmds)
	// A group, so that the system ends only after its parallel scripts.
	t.Run("scripts", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Dir:                 p.Dir,
			Files:               p.Files,
			RequireExplicitExec: true,
			RequireUniqueNames:  true,
			Setup: func(env *testscript.Env) error {
				env.Setenv("URL", on.url)
				env.Setenv("FASTTRACK_URL", on.url)
				env.Setenv("AWS", on.services)
				env.Setenv("TABLE", on.table)
				env.Setenv("FLOWS", absolute)
				env.Setenv("HOOKS", filepath.Join(binaries, hooks, "bootstrap"))
				env.Setenv("PATH", filepath.Join(binaries, "bin")+string(filepath.ListSeparator)+env.Getenv("PATH"))
				fresh := *c
				env.Values[clientKey{}] = &fresh
				if p.Setup != nil {
					return p.Setup(env)
				}
				return nil
			},
			Cmds: all,
			Condition: func(name string) (bool, error) {
				switch name {
				case "emulated":
					return emulated(), nil
				case "signed": // AuthMode=IAM
					return c.sign != nil, nil
				}
				return false, fmt.Errorf("there is no condition %q", name)
			},
		})
	})
}
