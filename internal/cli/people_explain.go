package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/explain"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newExplainCommand(p Process) *cobra.Command {
	var a caller
	cmd := &cobra.Command{
		Use:   "explain ID",
		Short: "Explain why a request ended as it did, or what it waits for",
		Long: `Explain in a sentence why a request ended as it did, or what it waits for. Then list
the steps, each with its time since the request, what code found out and any error,
and the versions of the flow and of the hook function.`,
		Example: "  fasttrack explain 01JD0000000000000000000000\n  fasttrack explain --json 01JD0000000000000000000000 | jq -r .answer",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			v, _, err := a.run(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			e := explain.Of(v)
			if a.json {
				return printJSON(cmd.OutOrStdout(), e)
			}
			printExplanation(cmd.OutOrStdout(), e)
			return nil
		},
	}
	a.flags(cmd, p)
	cmd.Flags().Lookup("json").Usage = "print the explanation as JSON"
	cmd.ValidArgsFunction = a.completeID("mine")
	return cmd
}

func printExplanation(w io.Writer, e explain.Explanation) {
	line := func(s string) { fmt.Fprintln(w, strings.TrimRight(text.Line(s), " ")) }
	line(e.Answer)
	fmt.Fprintln(w)
	column := 0
	for _, s := range e.Steps {
		column = max(column, len(since(s.After())))
	}
	for _, s := range e.Steps {
		version := ""
		if s.HooksVersion != "" {
			version = " (hooks " + s.HooksVersion + ")"
		}
		line(fmt.Sprintf("  %-*s  %s%s", column, since(s.After()), s.Text, version))
		indent := strings.Repeat(" ", column+4)
		for _, c := range s.Checks {
			line(indent + checkText(c))
		}
		if s.Error != "" {
			line(indent + "! " + s.Error)
		}
	}
	fmt.Fprintln(w)
	line("  flow version   " + cmp.Or(e.FlowVersion, "not recorded"))
	if e.RulesVersion > 0 {
		line(fmt.Sprintf("  rules version  %d", e.RulesVersion))
	}
	line("  hooks version  " + cmp.Or(strings.Join(e.HooksVersions, ", "), "not recorded"))
}

// since returns the time since the request: in milliseconds for the first minute, then
// in seconds.
func since(d time.Duration) string {
	if d >= time.Minute {
		d = d.Round(time.Second)
	}
	return "+" + d.String()
}
