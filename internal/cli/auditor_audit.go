package cli

import "github.com/spf13/cobra"

func newAuditCommand(p Process) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Verify and export the record of all requests",
		Args:  usage(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAuditVerifyCommand(p), newAuditExportCommand(p))
	return cmd
}
