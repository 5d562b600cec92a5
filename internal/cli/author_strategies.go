package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/hookcheck"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/text"
	"github.com/fasttrack-dev/fasttrack/strategy"
	"github.com/fasttrack-dev/fasttrack/strategy/strategytest"
)

func newStrategiesCommand(p Process) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "strategies",
		Short: "Add strategy functions that come with fasttrack, and check any",
		Args:  usage(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newStrategiesListCommand(p), newStrategiesAddCommand(p), newStrategiesCheckCommand(p))
	return cmd
}

func newStrategiesCheckCommand(p Process) *cobra.Command {
	var flowName, file, stage, endpoint string
	var asJSON, noUnknown bool
	var limit time.Duration
	var with liveFlags
	cmd := &cobra.Command{
		Use:   "check FUNCTION|URL|FOLDER",
		Short: "Try a strategy function, and check its responses",
		Long: `Try a strategy function, in any language, and check its responses against version 2
of the strategy contract. FUNCTION is the name or ARN of a Lambda function; requests
are posted to a URL. FOLDER is that of its code in a repository of your own, which is
built and run on this machine. Access is really given to the person and taken again: give, give
again, has, take, take again, has; then calls that arrive late, a give that is
abandoned, an unknown version and an unknown person. Each request says trial: true.

The person must not have the access yet. With --flow the requests have the strategy
block, the vars, the fields and a target of your flows.yaml. To call a function that
is not on this machine, give --live, --person and, for a flow with targets, --target.
The exit code is 1 if anything is wrong.`,
		Example: "  fasttrack strategies check custom-strategy --flow database --endpoint-url http://127.0.0.1:8080/_aws\n  fasttrack strategies check http://127.0.0.1:9000/2015-03-31/functions/function/invocations\n  fasttrack strategies check fasttrack-database --flow database --live --person ada@example.com --target prod-ro",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			about, err := flowToCheck(file, stage, flowName)
			if err != nil {
				return err
			}
			if err := with.check(args[0], endpoint, about, "access is really given", p); err != nil {
				return err
			}
			if about, err = with.apply(about); err != nil {
				return err
			}
			options, err := strategyOptions(about)
			if err != nil {
				return err
			}
			options.Limit, options.SkipUnknownPerson = limit, noUnknown
			call, stop, err := hookFunction(cmd.Context(), args[0], endpoint)
			if err != nil {
				return err
			}
			defer stop()
			results := strategytest.Check(cmd.Context(), strategyFunction(call), options)
			if asJSON {
				err = printJSON(cmd.OutOrStdout(), results)
			} else {
				err = printStrategyResults(cmd.OutOrStdout(), results)
			}
			if err == nil && !strategytest.Passed(results) {
				err = errReported
			}
			return err
		},
	}
	cmd.Flags().StringVar(&flowName, "flow", "", "the `FLOW` with the strategy block, fields and targets to use")
	cmd.Flags().StringVar(&file, "flows", "flows.yaml", "the `FILE` of flows")
	stageFlag(cmd, &stage, "")
	endpointFlag(cmd, &endpoint)
	cmd.Flags().DurationVar(&limit, "limit", 30*time.Second, "how long one call may take")
	cmd.Flags().BoolVar(&noUnknown, "skip-unknown-person", false, "skip the give to a person who does not exist")
	with.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// strategyFunction is the function as the conformance kit invokes it.
func strategyFunction(call replay.Function) strategytest.Function {
	return func(ctx context.Context, request []byte) ([]byte, error) {
		got, err := call(ctx, request)
		if err != nil {
			return nil, strategytest.Unreachable{Err: err}
		}
		if failure := got.Failure(); failure != "" {
			return nil, errors.New(failure)
		}
		return got.Payload, nil
	}
}

// strategyOptions returns what the kit takes of the flow.
func strategyOptions(f hookcheck.Flow) (o strategytest.Options, err error) {
	o.Flow = strategy.Flow{Name: f.About.Name, Label: f.About.Label, Vars: f.About.Vars}
	o.Fields, o.Config = f.Fields, f.Strategy
	if f.Person != "" {
		o.Person = strategy.Person{ID: f.Person, Email: f.Person}
	}
	if raw := f.Target(); raw != nil {
		err = json.Unmarshal(raw, &o.Target)
	}
	return o, err
}

func printStrategyResults(w io.Writer, results []strategytest.Result) error {
	wrong := 0
	for _, r := range results {
		mark := "ok"
		if len(r.Mistakes) > 0 {
			mark, wrong = "WRONG", wrong+1
		}
		fmt.Fprintf(w, "%-5s  %-50s %-10s %5d ms\n", mark, r.Case, r.Response, r.TookMS)
		for _, m := range r.Mistakes {
			for line := range strings.Lines(m) {
				fmt.Fprintf(w, "       %s\n", text.Line(strings.TrimSuffix(line, "\n")))
			}
		}
		for _, n := range r.Notes {
			fmt.Fprintf(w, "       note: %s\n", text.Line(n))
		}
	}
	_, err := fmt.Fprintf(w, "%s, %d wrong\n", text.Count(len(results), "case"), wrong)
	return err
}
