package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newFlowsCommand(p Process) *cobra.Command {
	var a caller
	var all bool
	cmd := &cobra.Command{
		Use:   "flows",
		Short: "List flows that you may request; check a file of flows",
		Long: "List the flows that you may request, with their fields. With --all, list also those that you may decide or list, and how each is decided. " +
			"`options` lists the values of a field; `check`, `list` and `show` read a file of flows. `push` has a deployment take another one without deploying, `history`, `diff` and `rollback` are about the versions that were pushed.",
		Example: "  fasttrack flows\n  fasttrack flows --all\n  fasttrack flows check",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			flows, answer, err := a.allFlows(cmd.Context())
			if err != nil {
				return err
			}
			wanted := func(f api.Flow) bool { return all || f.MayRequest() || f.MayRequestFor() }
			if a.json {
				return printFlowsJSON(cmd.OutOrStdout(), flows, answer, wanted)
			}
			for _, f := range flows {
				if wanted(f) {
					printFlow(cmd.OutOrStdout(), form{f}, all)
				}
			}
			return nil
		},
	}
	a.flags(cmd, p)
	cmd.Flags().BoolVar(&all, "all", false, "list also the flows that you may only decide or list, and the rules of each")
	cmd.AddCommand(newFlowsOptionsCommand(p), newFlowsCheckCommand(p), newFlowsListCommand(), newFlowsShowCommand(p),
		newFlowsPushCommand(p), newFlowsHistoryCommand(p), newFlowsRollbackCommand(p), newFlowsDiffCommand(p), newFlowsReviewCommand(p), newFlowsApplyCommand(p))
	return cmd
}

// printFlow prints a flow: its form if the caller may request it and, with rules, how it
// is decided.
func printFlow(w io.Writer, f form, rules bool) {
	fmt.Fprintf(w, "%s  %s\n", f.Name, text.Line(f.Label))
	if rules {
		fmt.Fprintf(w, "  you may       %s\n", orDash(f.May))
		for _, s := range f.Rules.Sentences {
			fmt.Fprintf(w, "  %-13s %s\n", text.Line(strings.ReplaceAll(s.About, "_", " ")), text.Line(s.Text))
		}
	}
	if f.MayRequestFor() {
		fmt.Fprintln(w, "  --for ADDRESS  for somebody else")
	} else if !f.MayRequest() {
		return
	}
	for _, field := range f.Fields {
		fmt.Fprintf(w, "  --field %s=…  %s%s\n", field.Name, text.Line(f.question(field)), text.Line(f.depends(field)))
	}
	for i, lasts := range durationsOf(f.Flow) {
		name := "                "
		if i == 0 {
			name = "  --duration    "
		}
		fmt.Fprintln(w, name+lasts)
	}
}

// printFlowsJSON prints the wanted flows as received.
func printFlowsJSON(w io.Writer, flows []api.Flow, answer json.RawMessage, wanted func(api.Flow) bool) error {
	var received struct {
		Flows []json.RawMessage `json:"flows"`
	}
	if err := json.Unmarshal(answer, &received); err != nil {
		return err
	}
	kept := []json.RawMessage{}
	for i, raw := range received.Flows {
		if wanted(flows[i]) {
			kept = append(kept, raw)
		}
	}
	received.Flows = kept
	return printJSON(w, received)
}

func orDash(list []string) string {
	if len(list) == 0 {
		return "-"
	}
	return strings.Join(list, ", ")
}
