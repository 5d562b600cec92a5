package cli

import "github.com/spf13/cobra"

func newHooksCommand(p Process) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hooks",
		Short: "Check hook functions",
		Args:  usage(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newHooksCheckCommand(p))
	return cmd
}
