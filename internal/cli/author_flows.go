package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newFlowsCommand(p Process) *cobra.Command {
	var a caller
	cmd := &cobra.Command{
		Use:     "flows",
		Short:   "List flows that you may request; check a file of flows",
		Long:    "List the flows that you may request, with their fields. `options` lists the values of a field; `check` and `list` read a file of flows.",
		Example: "  fasttrack flows\n  fasttrack flows check",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			flows, answer, err := a.flows(cmd.Context())
			if err != nil {
				return err
			}
			if a.json {
				return printRaw(cmd.OutOrStdout(), answer)
			}
			for _, f := range flows {
				fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", f.Name, text.Line(f.Label))
				for _, field := range f.Fields {
					required := ""
					if field.Required {
						required = ", required"
					}
					fmt.Fprintf(cmd.OutOrStdout(), "  --field %s=…  %s%s\n", field.Name, text.Line(f.question(field)), required)
				}
				for i, seconds := range f.DurationsSeconds {
					name := "                "
					if i == 0 {
						name = "  --duration    "
					}
					fmt.Fprintln(cmd.OutOrStdout(), name+flow.FormatDuration(seconds))
				}
			}
			return nil
		},
	}
	a.flags(cmd, p)
	cmd.AddCommand(newFlowsOptionsCommand(p), newFlowsCheckCommand(p), newFlowsListCommand())
	return cmd
}

func orDash(list []string) string {
	if len(list) == 0 {
		return "-"
	}
	return strings.Join(list, ", ")
}
