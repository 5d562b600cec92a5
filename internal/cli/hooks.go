package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

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
	// NotCalled is set for a hook that was left out, since it may change something
	// elsewhere.
	NotCalled bool `json:"not_called,omitempty"`
}

func newHooksCheckCommand(p Process) *cobra.Command {
	var flowName, file, endpoint string
	var asJSON, guards bool
	var with tryWith
	cmd := &cobra.Command{
		Use:   "check FUNCTION|URL",
		Short: "Try a hook function with events, and say what is wrong with its responses",
		Long: `Try a hook function, in any language, and judge its responses as the engine would.
A Lambda function is invoked by name or ARN; a URL is posted to. Each event is a
trial (trial: true): on_request, the reducers and the options of fields are tried.
--with-guards also calls all other hooks, which may change something elsewhere; the
output names those that were not called.

Give --flow to try a flow of your flows.yaml: its vars, its fields with their first
allowed values, and the options of those with prefetch. A function that is not on
this machine is refused without --live, --person and, for a flow with targets,
--target. The exit status is 1 if anything is wrong.`,
		Example: "  fasttrack hooks check python-hooks --flow python-hooks --endpoint-url http://127.0.0.1:8080/_aws\n  fasttrack hooks check http://127.0.0.1:9000/2015-03-31/functions/function/invocations\n  fasttrack hooks check fasttrack-hooks --flow aws-access --live --person ada@example.com --target prod-ro",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			asked, err := askedFlow(file, flowName)
			if err != nil {
				return err
			}
			if err := with.check(args[0], endpoint, asked, "its hooks really run", p); err != nil {
				return err
			}
			if err := asked.tryWith(with); err != nil {
				return err
			}
			asked.guards = guards
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
	cmd.Flags().StringVar(&flowName, "flow", "", "the `FLOW` to ask about; without it one that has no fields")
	cmd.Flags().StringVar(&file, "flows", "flows.yaml", "the `FILE` that has it")
	endpointFlag(cmd, &endpoint)
	cmd.Flags().BoolVar(&guards, "with-guards", false, "also call the hooks that may change something elsewhere")
	with.flags(cmd)
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
	version, err := f.Version()
	if err != nil {
		return checkedFlow{}, err
	}
	block, err := f.ForRun(flow.OwnHooks)
	if err != nil {
		return checkedFlow{}, err
	}
	var config json.RawMessage
	if f.Strategy != nil && f.Strategy.Settings != nil {
		if config, err = json.Marshal(f.Strategy.Settings); err != nil {
			return checkedFlow{}, err
		}
	}
	return checkedFlow{
		config: config,
		about:  run.AskFlow{Name: f.Name, Label: f.Label, Vars: vars}, declared: block.Declared(version), fields: fields,
		prefetched: prefetched, targets: f.Targets, targetField: targetField(f),
	}, nil
}

// targetField is the name of the flow's field of type target, "" for none.
func targetField(f *flow.Flow) string {
	for _, field := range f.Fields {
		if field.Type == flow.TargetOf {
			return field.Name
		}
	}
	return ""
}

func printTried(w io.Writer, all []tried) error {
	wrong, cases := 0, 0
	var notCalled []string
	for _, t := range all {
		if t.NotCalled {
			notCalled = append(notCalled, t.Hook)
			continue
		}
		cases++
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
	if len(notCalled) > 0 {
		fmt.Fprintf(w, "not called without --with-guards: %s\n", strings.Join(notCalled, ", "))
	}
	_, err := fmt.Fprintf(w, "%s, %d wrong\n", count(cases, "case"), wrong)
	return err
}
