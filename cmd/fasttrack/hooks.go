package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newHooksCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hooks",
		Short: "Check hook functions",
		Args:  usage(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newHooksCheckCommand())
	return cmd
}

// tried is one document that a function was asked with, and what came of it.
type tried struct {
	Case       string `json:"case"`
	Hook       string `json:"hook"`
	TookMS     int64  `json:"took_ms"`
	Transition string `json:"transition,omitempty"`
	// Options is how many there are, of prefetch alone.
	Options  *int     `json:"options,omitempty"`
	Mistakes []string `json:"mistakes,omitempty"`
	Notes    []string `json:"notes,omitempty"`
}

func newHooksCheckCommand() *cobra.Command {
	var flowName, file, endpoint string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check FUNCTION|URL",
		Short: "Ask a hook function every kind of event, and say what is wrong with its answers",
		Long: `Ask a hook function, in any language, about every kind of event, and judge its
answers as the engine would. A Lambda function is invoked by name or ARN; a URL
is posted to. The hooks really run: what they change elsewhere is changed.

Give --flow to ask about a flow of your flows.yaml: its vars, its fields with
their first allowed values, and for the options of those with prefetch. The exit
status is 1 if anything is wrong.`,
		Example: "  fasttrack hooks check python-hooks --flow python-hooks --endpoint-url http://127.0.0.1:8080/_aws\n  fasttrack hooks check http://127.0.0.1:9000/2015-03-31/functions/function/invocations",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			asked, err := askedFlow(file, flowName)
			if err != nil {
				return err
			}
			call, err := hookFunction(cmd.Context(), args[0], endpoint)
			if err != nil {
				return err
			}
			all := checkHooks(cmd.Context(), call, asked)
			wrong := slices.ContainsFunc(all, func(t tried) bool { return len(t.Mistakes) > 0 })
			if asJSON {
				err = printJSON(cmd.OutOrStdout(), all)
			} else {
				err = printTried(cmd.OutOrStdout(), all)
			}
			if err == nil && wrong {
				err = errReported
			}
			return err
		},
	}
	cmd.Flags().StringVar(&flowName, "flow", "", "the flow to ask about; without it a flow `sample` that has no fields")
	cmd.Flags().StringVar(&file, "flows", "flows.yaml", "the `FILE` that has it")
	endpointFlag(cmd, &endpoint)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// askedFlow gives a flow as hooks are told of it, and values for its fields.
func askedFlow(file, name string) (checkedFlow, error) {
	fields := map[string]json.RawMessage{}
	if name == "" {
		return checkedFlow{about: run.AskFlow{Name: "sample", Vars: json.RawMessage(`{}`)}, fields: fields}, nil
	}
	loaded, err := flow.Load(file)
	if err != nil {
		return checkedFlow{}, err
	}
	f, there := loaded.Find(name)
	if !there {
		return checkedFlow{}, usageError{fmt.Errorf("%s has no flow %q", file, name)}
	}
	vars, err := json.Marshal(f.Vars)
	if err != nil {
		return checkedFlow{}, err
	}
	var prefetched []flow.Field
	for _, field := range f.Fields {
		if field.Prefetch {
			prefetched = append(prefetched, field)
		}
		switch {
		case field.Sensitive:
		case field.Type == flow.TargetOf && len(f.Targets) > 0:
			fields[field.Name], err = json.Marshal(f.Targets[0])
		case field.Default != nil:
			fields[field.Name] = field.Default
		case len(field.Allowed) > 0:
			fields[field.Name] = field.Allowed[0]
		case field.Type == flow.Int, field.Type == flow.Duration:
			fields[field.Name] = json.RawMessage(`1`)
		case field.Type == flow.Bool:
			fields[field.Name] = json.RawMessage(`true`)
		case field.Type == flow.Strings:
			fields[field.Name] = json.RawMessage(`["a"]`)
		default:
			fields[field.Name] = json.RawMessage(`"a"`)
		}
		if err != nil {
			return checkedFlow{}, err
		}
	}
	return checkedFlow{run.AskFlow{Name: f.Name, Label: f.Label, Vars: vars}, fields, prefetched}, nil
}

func printTried(w io.Writer, all []tried) error {
	wrong := 0
	for _, t := range all {
		mark, says := "ok", t.Transition
		if len(t.Mistakes) > 0 {
			mark, wrong = "WRONG", wrong+1
		}
		if t.Options != nil {
			says = count(*t.Options, "option")
		}
		if says == "" {
			says = "-"
		}
		fmt.Fprintf(w, "%-5s  %-50s %-10s %5d ms\n", mark, t.Case, says, t.TookMS)
		for _, m := range t.Mistakes {
			fmt.Fprintf(w, "       %s\n", text.Line(m))
		}
		for _, n := range t.Notes {
			fmt.Fprintf(w, "       note: %s\n", text.Line(n))
		}
	}
	_, err := fmt.Fprintf(w, "%s, %d wrong\n", count(len(all), "case"), wrong)
	return err
}
