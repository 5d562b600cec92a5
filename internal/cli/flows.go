package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newFlowsCommand(p Process) *cobra.Command {
	var a caller
	cmd := &cobra.Command{
		Use:     "flows",
		Short:   "List what you may ask for; check and list the flows of flows.yaml",
		Long:    "List the flows that you may ask for, with their fields. `options` lists what a field may hold; the other subcommands are about a file of flows.",
		Example: "  fasttrack flows\n  fasttrack flows check",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			flows, answer, err := a.flows(cmd.Context())
			if err != nil {
				return err
			}
			if a.json {
				return a.read(cmd.OutOrStdout(), answer, &struct{}{})
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

// flowsFile is the file a flows command is about.
func flowsFile(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return "flows.yaml"
}

// checkReport is what flows check found.
type checkReport struct {
	File     string       `json:"file"`
	OK       bool         `json:"ok"`
	Flows    int          `json:"flows"`
	Errors   []flow.Error `json:"errors"`
	Warnings []flow.Error `json:"warnings"`
	// Notes say what was not checked.
	Notes []string `json:"notes,omitempty"`
}

func newFlowsCheckCommand(p Process) *cobra.Command {
	var asJSON, strict bool
	var binary string
	var there deployed
	cmd := &cobra.Command{
		Use:   "check [FILE]",
		Short: "Name every mistake in flows.yaml with line and column",
		Long: `Name every mistake in flows.yaml, a line each:

  file:line:column: path: what is wrong; what was expected

The exit status is 1 if there is any. What looks like an oversight, as a group
that the directory doesn't have, is a warning: it doesn't change the status.

The names of flows are compared with the hook function, both ways: a flow that it
has no hooks for is a mistake unless it has hooks for "*" or the flow says hooks:
none, and so are hooks for a flow that the file does not have. The binary is that
of --binary, or build/HooksFunction/bootstrap beside the file if there is one.

--deployed also asks AWS, with your own credentials, for each hook and strategy
function that the file names: one that is missing is a mistake. Without it such a
flow's requests go to its admins. It also compares how long a session of each
permission set of IAM Identity Center lasts (sso:DescribePermissionSet) with the
durations of its flow: AWS ends no session when access ends. One that lasts longer
than any of them is a mistake, one that lasts longer than the shortest a warning.

--strict is for production: it also takes for mistakes the samples that ship with
fasttrack, their placeholders such as grace@example.com, and a flow whose on_request
approves whatever a stranger asks for. To find those it tries each flow's hooks with
each target and each allowed value; each event says that it is a trial. It tries the
binary or, with --deployed, what is deployed.`,
		Example: "  fasttrack flows check\n  fasttrack flows check --deployed --endpoint-url http://127.0.0.1:8080/_aws",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			report := checkReport{File: flowsFile(args), Errors: []flow.Error{}, Warnings: []flow.Error{}}
			file, err := flow.Load(report.File)
			var mistakes *flow.Errors
			switch {
			case errors.As(err, &mistakes):
				report.Errors = mistakes.List
			case err != nil:
				return err
			default:
				report.OK, report.Flows = true, len(file.Flows)
				report.Warnings = append(report.Warnings, file.Warnings...)
				mismatched, note, failed := checkBinary(cmd.Context(), file, report.File, binary)
				if failed != nil {
					return failed
				}
				if note != "" && !there.ask { // else with what is deployed
					report.Notes = []string{note}
				}
				if mismatched = append(slices.Clone(file.Refused), mismatched...); len(mismatched) > 0 {
					report.OK, report.Errors, err = false, mismatched, &flow.Errors{Name: report.File, List: mismatched}
				}
				if there.ask {
					missing, failed := there.missing(cmd.Context(), file)
					if failed != nil {
						return failed
					}
					sessions, warnings, failed := there.sessions(cmd.Context(), file)
					if failed != nil {
						return failed
					}
					beyond, unknown := there.rights(cmd.Context(), file)
					report.Warnings = slices.Concat(report.Warnings, warnings, unknown)
					if missing = slices.Concat(mismatched, missing, sessions, beyond); len(missing) > 0 {
						report.OK, report.Errors, err = false, missing, &flow.Errors{Name: report.File, List: missing}
					}
				}
				if strict {
					found, notes, failed := there.strict(cmd.Context(), file, report.File, binary)
					if failed != nil {
						return failed
					}
					report.Notes = append(report.Notes, notes...)
					if len(found) > 0 {
						report.OK, report.Errors = false, append(report.Errors, found...)
						err = &flow.Errors{Name: report.File, List: report.Errors}
					}
				}
			}
			if asJSON {
				if err := printJSON(cmd.OutOrStdout(), report); err != nil {
					return err
				}
				if !report.OK {
					return errReported
				}
				return nil
			}
			if !report.OK && !strict {
				return err
			}
			for _, w := range report.Warnings {
				w.Detail = "warning: " + w.Detail
				fmt.Fprintln(cmd.ErrOrStderr(), w.In(report.File))
			}
			for _, note := range report.Notes {
				fmt.Fprintln(cmd.ErrOrStderr(), "note: "+note)
			}
			if !report.OK {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: ok, %s\n", report.File, count(report.Flows, "flow"))
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	cmd.Flags().StringVar(&binary, "binary", "", "a `FILE`: the bootstrap of functions/hooks to compare the names of flows with")
	cmd.Flags().BoolVar(&strict, "strict", false, "for production: also refuse samples, placeholders, and hooks that approve whatever anybody asks for")
	there.flags(cmd)
	return cmd
}

// flowLine is one flow in a list.
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
	cmd := &cobra.Command{
		Use:   "list [FILE]",
		Short: "List the flows of flows.yaml",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := flow.Load(flowsFile(args))
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
		for _, seconds := range f.DurationsSeconds {
			l.Durations = append(l.Durations, flow.FormatDuration(seconds))
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func orDash(list []string) string {
	if len(list) == 0 {
		return "-"
	}
	return strings.Join(list, ", ")
}

// count says how many of a thing there are.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
