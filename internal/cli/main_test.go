package cli

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The transcripts run the program itself: this test binary, started again.
func TestMain(m *testing.M) {
	// No file of whoever runs the tests counts.
	if os.Getenv("FASTTRACK_DEPLOYMENTS") == "" {
		_ = os.Setenv("FASTTRACK_DEPLOYMENTS", filepath.Join(os.TempDir(), "no", "deployments.yaml"))
	}
	testscript.Main(m, map[string]func(){"fasttrack": func() {
		os.Exit(Run(UntilSignal(context.Background()), Process{
			Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
			Getenv: os.Getenv, ConfigDir: os.UserConfigDir, CacheDir: os.UserCacheDir, Now: time.Now,
		}))
	}})
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

// placeholder is what the value of a flag is called in its help: NAME, or a type.
var placeholder = regexp.MustCompile(`^([A-Z]+(=[A-Z]+)?(\[[^a-z]+\])?|string|strings|int|duration|stringToString|)$`)

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
		if c.RunE == nil && !c.IsAdditionalHelpTopicCommand() {
			t.Errorf("%s: it does nothing when it is called", path)
		}
		c.InitDefaultHelpFlag()
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if name, usage := pflag.UnquoteUsage(f); !placeholder.MatchString(name) || strings.Contains(usage, "`") {
				t.Errorf("%s --%s: its help takes %q for the name of its value: %s", path, f.Name, name, usage)
			}
		})
		for _, sub := range c.Commands() {
			walk(sub, path)
		}
	}
	walk(newRootCommand(process(t, nil)), "")
}
