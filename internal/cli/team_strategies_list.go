package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/kit/strategies"
	"github.com/fasttrack-dev/fasttrack/internal/release"
)

func newStrategiesListCommand(_ Process) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the strategies that come with fasttrack, and those in this folder",
		Long: `List the strategies that come with this version of fasttrack, and those that
` + "`fasttrack strategies add`" + ` wrote below the folder you are in, with their versions.`,
		Example: "  fasttrack strategies list",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			written, err := strategies.FindWritten(".")
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), struct {
					Strategies []strategies.Strategy `json:"strategies"`
					Written    []strategies.Written  `json:"written"`
				}{strategies.All, append([]strategies.Written{}, written...)})
			}
			return printStrategies(cmd.OutOrStdout(), written)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

func printStrategies(w io.Writer, written []strategies.Written) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range strategies.All {
		fmt.Fprintf(table, "%s\t%s\n", s.Name, s.About)
	}
	if len(written) > 0 {
		fmt.Fprintln(table, "\nIn this folder:")
	}
	for _, s := range written {
		fmt.Fprintf(table, "%s\t%s %s for %s\n", s.Dir, s.Strategy, s.Version, s.Architecture)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(w, otherVersions(written))
	return err
}

// otherVersions says which strategies were written by another version of fasttrack, and
// how to replace them; "" for none.
func otherVersions(written []strategies.Written) string {
	var b strings.Builder
	for _, s := range written {
		if s.Version == release.Version() {
			continue
		}
		if b.Len() == 0 {
			fmt.Fprintf(&b, "\nStrategies of another version than %s:\n", release.Version())
		}
		fmt.Fprintf(&b, "  %s is of %s; run: %s, then sam deploy there\n", s.Dir, s.Version, addAgain(s))
	}
	return b.String()
}

// addAgain returns the command that writes a strategy again.
func addAgain(s strategies.Written) string {
	command := "fasttrack strategies add " + s.Strategy
	if s.Dir != strategiesDir+"/"+s.Strategy {
		command += " --into " + s.Dir
	}
	return command
}
