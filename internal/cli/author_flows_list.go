package cli

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// flowLine is a flow in the list.
type flowLine struct {
	Name       string   `json:"name"`
	Version    string   `json:"version"`
	Label      string   `json:"label"`
	Hooks      string   `json:"hooks"`
	Fields     []string `json:"fields"`
	Durations  []string `json:"durations"`
	Requesters []string `json:"requesters"`
	Approvers  []string `json:"approvers"`
}

func newFlowsListCommand() *cobra.Command {
	var asJSON bool
	var stage string
	cmd := &cobra.Command{
		Use:   "list [FILE]",
		Short: "List the flows of flows.yaml",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := loadAt(flowsFile(args), stage)
			if err != nil {
				return err
			}
			lines, err := flowLines(file)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), lines)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tVERSION\tLABEL\tFIELDS\tDURATIONS\tAPPROVERS")
			for _, l := range lines {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", l.Name, l.Version, l.Label, orDash(l.Fields), orDash(l.Durations), orDash(l.Approvers))
			}
			return w.Flush()
		},
	}
	stageFlag(cmd, &stage, "")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

func flowLines(file *flow.File) ([]flowLine, error) {
	lines := make([]flowLine, 0, len(file.Flows))
	for _, f := range file.Flows {
		version, err := f.Version()
		if err != nil {
			return nil, err
		}
		l := flowLine{
			Name: f.Name, Version: version, Label: f.Label, Hooks: f.Hooks, Requesters: f.Requesters, Approvers: f.Review.Approvers,
			Fields: []string{}, Durations: []string{},
		}
		for _, field := range f.Fields {
			l.Fields = append(l.Fields, field.Name)
		}
		l.Durations = append(l.Durations, f.DurationNames()...)
		lines = append(lines, l)
	}
	return lines, nil
}

// flowsFile returns the file of flows that args name.
func flowsFile(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return "flows.yaml"
}
