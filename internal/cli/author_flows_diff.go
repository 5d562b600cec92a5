package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newFlowsDiffCommand(p Process) *cobra.Command {
	var r pushedRules
	var a caller
	var from, version int
	var request string
	cmd := &cobra.Command{
		Use:   "diff [FILE]",
		Short: "Show what differs between flows.yaml and the version that is served",
		Long: `Print the difference between the version that functions serve and a file of flows.
--version compares with that version instead, and --from takes another one than the
served. --request prints what a request of the flow rule-change proposes.`,
		Example: "  fasttrack flows diff\n  fasttrack flows diff --from 3 --version 4",
		Args:    usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (version > 0 || request != "") && len(args) > 0 {
				return usageError{errors.New("--version and --request can't be used with FILE")}
			}
			if request != "" {
				return r.showProposal(cmd, p, &a, request)
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
	a.callsAPI = func() bool { return request != "" }
	a.flags(cmd, p)
	cmd.Flags().Lookup("json").Usage = "with --request, print the sheet as JSON"
	cmd.Flags().StringVar(&request, "request", "", "print what the request `ID` proposes: the difference, the findings of the check and the backtest")
	cmd.Flags().IntVar(&from, "from", 0, "compare from the version of this `NUMBER`, in place of the one that is served")
	cmd.Flags().IntVar(&version, "version", 0, "compare with the version of this `NUMBER`, in place of a file")
	return cmd
}

// showProposal prints what a request proposes, against the version that it was proposed over.
func (r *pushedRules) showProposal(cmd *cobra.Command, p Process, a *caller, id string) error {
	ctx, out := cmd.Context(), cmd.OutOrStdout()
	request, _, err := a.run(ctx, id)
	if err != nil {
		return err
	}
	wanted, err := rules.WantedBy(request)
	if err != nil {
		return err
	}
	to, err := r.open(ctx, p)
	if err != nil {
		return err
	}
	sheet, raw, err := wanted.Find(ctx, to)
	if err != nil {
		return err
	}
	if a.json {
		return printJSON(out, sheet)
	}
	name := rules.Version{Number: sheet.Base}.String()
	before, err := to.base(ctx, sheet.Base)
	if err != nil {
		return err
	}
	newest, _, err := to.newest(ctx)
	if err != nil {
		return err
	}
	if newest.Number != sheet.Base {
		fmt.Fprintf(cmd.ErrOrStderr(), "This is stale: version %d was pushed since.\n", newest.Number)
	}
	if err := printDifference(out, name, "proposed", before, raw); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nFindings of the check, computed by the machine of %s:\n", text.Line(sheet.By))
	for _, finding := range sheet.Findings {
		fmt.Fprintln(out, "  "+text.Line(finding))
	}
	if len(sheet.Findings) == 0 {
		fmt.Fprintln(out, "  none")
	}
	fmt.Fprintln(out, "\nBacktest, computed there too:")
	for line := range strings.Lines(sheet.Backtest) {
		fmt.Fprintln(out, "  "+text.Line(strings.TrimRight(line, "\n")))
	}
	return nil
}
