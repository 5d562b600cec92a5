package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

func newFlowsShowCommand() *cobra.Command {
	var stage string
	var flows []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show [FILE]",
		Short: "Print flows.yaml as a stage has it",
		Long: "Print flows.yaml as a deployment of a stage has it: each var has the value of that stage. " +
			"The output is a flows.yaml without stages, so that two stages can be compared with diff.",
		Example: "  fasttrack flows show --stage prod\n  fasttrack flows show --stage prod --flow on-call --json",
		Args:    usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := flowsFile(args)
			raw, err := os.ReadFile(path)
			if err != nil {
				return fmt.Errorf("read flows: %w", err)
			}
			text, err := flow.Deployed(path, raw, stage, flows...)
			if err != nil {
				return ofStage(err)
			}
			if !asJSON {
				_, err := cmd.OutOrStdout().Write(text)
				return err
			}
			var file any
			if err := yaml.Load(text, &file); err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), file)
		},
	}
	stageFlag(cmd, &stage, "")
	cmd.Flags().StringArrayVar(&flows, "flow", nil, "print this `FLOW` alone; may be repeated")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}
