package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/hookcheck"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newHooksCheckCommand(p Process) *cobra.Command {
	var flowName, file, stage, endpoint string
	var asJSON, guards bool
	var with liveFlags
	cmd := &cobra.Command{
		Use:   "check FUNCTION|URL|FOLDER",
		Short: "Try a hook function with sample events, and check its responses",
		Long: `Try a hook function, in any language, with sample events, and check its responses
as the engine does: also what they keep, and whether get_flows shows the flow. FUNCTION is the name or ARN of a Lambda function; events are
posted to a URL. FOLDER is that of its code in a repository of your own, such as
hooks/: it is built and run on this machine. Each event is a trial (trial: true) of on_request, the reducers
and prefetch. --with-guards also calls all other hooks, which may change something
elsewhere. The output names the hooks that were not called.

With --flow the events are about a flow of your flows.yaml: its vars, its fields
with their first allowed values, and the options of fields with prefetch. To call a
function that is not on this machine, give --live, --person and, for a flow with
targets, --target. The exit code is 1 if anything is wrong.`,
		Example: "  fasttrack hooks check python-hooks --flow python-hooks --endpoint-url http://127.0.0.1:8080/_aws\n  fasttrack hooks check http://127.0.0.1:9000/2015-03-31/functions/function/invocations\n  fasttrack hooks check fasttrack-hooks --flow aws-access --live --person ada@example.com --target prod-ro",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			about, err := flowToCheck(file, stage, flowName)
			if err != nil {
				return err
			}
			if err := with.check(args[0], endpoint, about, "its hooks have real effects", p); err != nil {
				return err
			}
			if about, err = with.apply(about); err != nil {
				return err
			}
			call, stop, err := hookFunction(cmd.Context(), args[0], endpoint)
			if err != nil {
				return err
			}
			defer stop()
			results := hookcheck.Check(cmd.Context(), call, about, hookcheck.Options{Guards: guards})
			wrong := slices.ContainsFunc(results, func(r hookcheck.Result) bool { return len(r.Mistakes) > 0 })
			if asJSON {
				err = printJSON(cmd.OutOrStdout(), results)
			} else {
				err = printHookResults(cmd.OutOrStdout(), results)
			}
			if err == nil && wrong {
				err = errReported
			}
			return err
		},
	}
	cmd.Flags().StringVar(&flowName, "flow", "", "the `FLOW` to check; without it, a flow without fields")
	cmd.Flags().StringVar(&file, "flows", "flows.yaml", "the `FILE` of flows")
	stageFlag(cmd, &stage, "")
	endpointFlag(cmd, &endpoint)
	cmd.Flags().BoolVar(&guards, "with-guards", false, "also call the hooks that may change something elsewhere")
	with.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// flowToCheck returns the flow of a file, or a sample where none is named.
func flowToCheck(file, stage, name string) (hookcheck.Flow, error) {
	if name == "" {
		return hookcheck.SampleFlow(), nil
	}
	loaded, err := loadAt(file, stage)
	if err != nil {
		return hookcheck.Flow{}, err
	}
	f, known := loaded.Find(name)
	if !known {
		return hookcheck.Flow{}, noFlow(file, name)
	}
	return hookcheck.FlowOf(f)
}

func printHookResults(w io.Writer, results []hookcheck.Result) error {
	wrong, cases := 0, 0
	var notCalled []string
	for _, r := range results {
		if r.NotCalled {
			notCalled = append(notCalled, r.Hook)
			continue
		}
		cases++
		mark, says := "ok", r.Transition
		if len(r.Mistakes) > 0 {
			mark, wrong = "WRONG", wrong+1
		}
		if r.Shown != nil {
			says = map[bool]string{true: "shown", false: "hidden"}[*r.Shown]
		}
		if r.Options != nil {
			says = text.Count(*r.Options, "option")
		}
		fmt.Fprintf(w, "%-5s  %-50s %-10s %5d ms\n", mark, r.Case, cmp.Or(says, "-"), r.TookMS)
		for _, name := range r.Kept {
			fmt.Fprintf(w, "       keeps %s\n", text.Line(name))
		}
		for _, m := range r.Mistakes {
			fmt.Fprintf(w, "       %s\n", text.Line(m))
		}
		for _, n := range r.Notes {
			fmt.Fprintf(w, "       note: %s\n", text.Line(n))
		}
	}
	if len(notCalled) > 0 {
		fmt.Fprintf(w, "not called without --with-guards: %s\n", strings.Join(notCalled, ", "))
	}
	_, err := fmt.Fprintf(w, "%s, %d wrong\n", text.Count(cases, "case"), wrong)
	return err
}
