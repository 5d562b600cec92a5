package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/away"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/tests"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
)

func newTestCommand(_ Process) *cobra.Command {
	var t teamTest
	cmd := &cobra.Command{
		Use:   "test",
		Short: "Run your tests, then check the flows, hooks and strategies of this folder",
		Long: `Run the tests of the folder you are in, then check what is in it, and stop at the
first mistake:

  1. the tests of each function: go test, pytest or unittest, node --test
  2. flows.yaml, as ` + "`fasttrack flows check`" + ` does
  3. the hooks of each flow, as ` + "`fasttrack hooks check`" + ` does
  4. your own strategies, as ` + "`fasttrack strategies check`" + ` does

Functions run on this machine, without AWS credentials and, unless --endpoint-url names
a service, without AWS. Secrets are those of your environment (FASTTRACK_SECRET_NAME).
All requests are trials. A hook may fail because AWS is not here, or a secret is not set,
if its failure says so: the output names what it called.`,
		Example: "  fasttrack test\n  fasttrack test --endpoint-url http://127.0.0.1:8080/_aws",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t.out = cmd.OutOrStdout()
			return t.run(cmd.Context(), cmd)
		},
	}
	cmd.Flags().StringVar(&t.endpoint, "endpoint-url", "", "the `URL` of AWS for hooks and strategies; without it, calls of AWS are refused")
	cmd.Flags().StringVar(&t.stage, "stage", "", "the `STAGE` whose values count; without it, each stage of the file")
	return cmd
}

// teamTest tests a team's folder.
type teamTest struct {
	endpoint, stage string
	out             io.Writer
	folder          *folder.Folder
	// away stands in for AWS, unless endpoint names a service.
	away *away.Server
	// running are the functions that were built, by their logical ids.
	running map[string]replay.Function
	stops   []func()
}

// begin finds what makes the whole test pointless, before the tests run, which may take
// long: no flows, or an unknown --stage. Mistakes in flows.yaml are reported after them.
func (t *teamTest) begin() error {
	file, err := flow.Load(folder.FlowsFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s is missing: it says what people may request, and who decides", folder.FlowsFile)
	case err != nil || t.stage == "":
		return nil
	}
	_, err = file.At(t.stage)
	return ofStage(err)
}

func (t *teamTest) run(ctx context.Context, cmd *cobra.Command) (err error) {
	if t.folder, err = folder.Open("."); err != nil {
		return err
	}
	if err := t.begin(); err != nil {
		return err
	}
	if err := tests.Run(ctx, t.folder, t.out); err != nil {
		return err
	}
	if t.endpoint == "" {
		if t.away, err = away.Start(); err != nil {
			return err
		}
		defer t.away.Close()
		t.endpoint = t.away.URL()
	}
	if err := (flowsCheck{endpoint: t.endpoint}).team(cmd); err != nil {
		return err
	}
	file, err := flow.Load(folder.FlowsFile)
	if err != nil {
		return err
	}
	t.running = map[string]replay.Function{}
	defer func() {
		for _, stop := range t.stops {
			stop()
		}
	}()
	stages := file.Deployments()
	if t.stage != "" {
		stages = []string{t.stage}
	}
	for _, stage := range stages {
		at, err := file.At(stage)
		if err != nil {
			return ofStage(err)
		}
		if err := t.checkStage(ctx, at, stage); err != nil {
			return err
		}
	}
	return nil
}
