package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func newFlowsDiffCommand(p Process) *cobra.Command {
	var r pushedRules
	var from, version int
	cmd := &cobra.Command{
		Use:   "diff [FILE]",
		Short: "Show what differs between flows.yaml and the version that is served",
		Long: `Print the difference between the version that functions serve and a file of flows.
--version compares with that version instead, and --from takes another one than the
served.`,
		Example: "  fasttrack flows diff\n  fasttrack flows diff --from 3 --version 4",
		Args:    usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if version > 0 && len(args) > 0 {
				return usageError{errors.New("--version can't be used with FILE")}
			}
			name, before, err := r.show(cmd, p, from)
			if err != nil {
				return err
			}
			with, after := flowsFile(args), []byte(nil)
			if version > 0 {
				with, after, err = r.show(cmd, p, version)
			} else if after, err = os.ReadFile(with); err != nil {
				err = fmt.Errorf("read flows: %w", err)
			}
			if err != nil {
				return err
			}
			return printDifference(cmd.OutOrStdout(), name, with, before, after)
		},
	}
	r.flags(cmd, p)
	cmd.Flags().IntVar(&from, "from", 0, "compare from the version of this `NUMBER`, in place of the one that is served")
	cmd.Flags().IntVar(&version, "version", 0, "compare with the version of this `NUMBER`, in place of a file")
	return cmd
}
