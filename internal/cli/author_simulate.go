package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/simulate"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newSimulateCommand(p Process) *cobra.Command {
	var at present
	var in simulateRequest
	var earlier table
	var asJSON bool
	var kept []string
	cmd := &cobra.Command{
		Use:   "simulate [FLOW]",
		Short: "Show what the hooks of a flow would do with a request",
		Long: `Call the hooks of a flow with a request. Each event is a trial (trial: true):
on_request and the reducers are called, and with --with-guards also on_approve or
on_deny for what on_request decides. The output names the hooks that were not
called. The request is checked by your flows.yaml as the API checks it, including
the options that hooks return for fields. --request takes the body of a POST
/requests instead of flags. Nothing is stored, and nobody is notified. What hooks
look up is real. With --table they get the earlier requests that the flow wants
(recent). Their store is in memory: empty, or with the values of --store. What they put is listed, and kept
nowhere.

The function is invoked with your own AWS credentials (lambda:InvokeFunction), or
--binary runs one that is not deployed yet.`,
		Example: `  fasttrack simulate aws-access --as ada@example.com -f target=prod-ro -f urgency=Emergency -r 'prod is down' --endpoint-url http://127.0.0.1:8080/_aws
  fasttrack simulate --as ada@example.com --request request.json --binary build/HooksFunction/bootstrap`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := at.load(cmd.Context()); err != nil {
				return err
			}
			defer at.Stop()
			f, asked, err := in.read(&at, args, cmd.InOrStdin())
			if err != nil {
				return err
			}
			call, err := at.Of(cmd.Context(), f)
			if err != nil {
				return err
			}
			o := simulate.Options{
				Flow: f, Function: call, Name: at.Name(asked.Flow), Now: p.Now(),
				Options: replay.Options{Guards: at.guards, Today: at.flows.Today()},
			}
			if o.Store, err = simulate.Store(f.Store, kept, o.Now); err != nil {
				return usageError{fmt.Errorf("--store: %w", err)}
			}
			if earlier.name != "" {
				earlier.endpoint = at.Endpoint
				o.Recent = func(ctx context.Context, asked run.Draft, now time.Time) (flow.Counted, error) {
					stored, _, err := earlier.open(ctx)
					if err != nil {
						return flow.Counted{}, err
					}
					return simulate.Recent(ctx, stored, f, asked, now)
				}
			}
			result, err := simulate.Run(cmd.Context(), asked, o)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), result)
			}
			printSimulation(cmd.OutOrStdout(), result)
			return nil
		},
	}
	in.flags(cmd)
	at.flags(cmd)
	earlier.when = func() bool { return false } // read only if it is named
	earlier.nameFlag(cmd, p)
	cmd.Flags().StringArrayVar(&kept, "store", nil, "`KEY=JSON` that hooks keep before the request, with its scope, such as person/count=2; may be repeated")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	cmd.ValidArgsFunction = at.completeFlow
	completeFlag(cmd, "duration", at.completeDuration)
	return cmd
}

func printSimulation(w io.Writer, s simulate.Result) {
	fmt.Fprint(w, s.Outcome)
	switch {
	case s.Review != nil:
		fmt.Fprintf(w, ": %s would decide", run.Who(*s.Review))
	case s.Reason != "":
		fmt.Fprintf(w, ": %s", text.Line(s.Reason))
	}
	switch {
	case s.Outcome != replay.Approve || s.DurationSeconds == 0:
	case s.UntilRevoked:
		fmt.Fprintf(w, "  until it is revoked, confirmed every %s", run.SpellDays(s.DurationSeconds))
	default:
		fmt.Fprintf(w, "  for %s", flow.FormatDuration(s.DurationSeconds))
	}
	fmt.Fprintf(w, "  (%.0f ms)\n", s.TookMS)
	for _, c := range s.Checks {
		fmt.Fprintf(w, "  check  %s\n", checkText(c))
	}
	for _, name := range s.Kept {
		fmt.Fprintf(w, "  keeps  %s\n", text.Line(name))
	}
	for _, why := range s.Ignored {
		fmt.Fprintf(w, "  ignored  %s\n", text.Line(why))
	}
	for _, why := range s.Errors {
		fmt.Fprintf(w, "  ! %s\n", text.Line(why))
	}
	for _, a := range s.Asked {
		fmt.Fprintf(w, "  called  %s, %.1f ms\n", a.Hook, a.TookMS)
	}
	if len(s.NotCalled) > 0 {
		names := make([]string, 0, len(s.NotCalled))
		for _, h := range s.NotCalled {
			names = append(names, string(h))
		}
		fmt.Fprintf(w, "  not called  %s\n", strings.Join(names, ", "))
	}
	for _, note := range s.Notes {
		fmt.Fprintf(w, "  note  %s\n", note)
	}
	fmt.Fprintf(w, "  flow %s, version %s; %s", s.Flow, s.FlowVersion, s.Hook)
	if s.HooksVersion != "" {
		fmt.Fprintf(w, ", version %s", s.HooksVersion)
	}
	fmt.Fprintln(w)
}
