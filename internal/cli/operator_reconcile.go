package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/step"
)

func newReconcileCommand(p Process) *cobra.Command {
	var dryRun, asJSON bool
	var stack, endpoint string
	cmd := &cobra.Command{
		Use:   "reconcile",
		Short: "Restart stuck requests",
		Long: "Restart stuck requests now. functions/reconcile of the stack starts requests that were stored but never started, closes those whose execution died, " +
			"and ends overdue access. It runs every minute by itself. --dry-run only lists what it would do.",
		Example: "  fasttrack reconcile --dry-run\n  fasttrack reconcile --dry-run --endpoint-url http://127.0.0.1:8080/_aws",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := lambdaClient(cmd.Context(), endpoint)
			if err != nil {
				return err
			}
			report, err := sweepNow(cmd.Context(), client, stack+"-engine-reconcile", dryRun)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), report)
			}
			return printReport(cmd.OutOrStdout(), report)
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only list what would be done")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	stackFlag(cmd, &stack)
	endpointFlag(cmd, &endpoint)
	return cmd
}

func sweepNow(ctx context.Context, client *lambda.Client, function string, dryRun bool) (step.Report, error) {
	payload, err := json.Marshal(step.ReconcileRequest{DryRun: dryRun})
	if err != nil {
		return step.Report{}, err
	}
	out, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: payload})
	if err != nil {
		return step.Report{}, fmt.Errorf("invoke %s: %w", function, err)
	}
	if out.FunctionError != nil {
		return step.Report{}, fmt.Errorf("%s: %s", function, functionError(out))
	}
	var report step.Report
	if err := json.Unmarshal(out.Payload, &report); err != nil {
		return step.Report{}, fmt.Errorf("read the report of %s: %w", function, err)
	}
	return report, nil
}

func printReport(w io.Writer, r step.Report) error {
	if len(r.Actions) == 0 {
		_, err := fmt.Fprintln(w, "No stuck requests.")
		return err
	}
	for _, a := range r.Actions {
		did := a.Action
		if r.DryRun {
			did = "would " + did
		}
		if _, err := fmt.Fprintf(w, "%s%s: %s: %s\n", a.RunID, a.Lease, did, a.Why); err != nil {
			return err
		}
	}
	return nil
}
