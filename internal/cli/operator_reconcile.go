package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/functions/reconcile/reconcile"
)

// newReconcileCommand has functions/reconcile of a stack sweep now.
func newReconcileCommand(p Process) *cobra.Command {
	var dryRun, asJSON bool
	var stack, endpoint string
	cmd := &cobra.Command{
		Use:   "reconcile",
		Short: "Get going what stands still, or show what that would be",
		Long: "Have functions/reconcile of a stack look now for requests that should have moved on and did not: it starts what was stored but never started, " +
			"closes what died, takes back what is overdue. It does so by itself every minute; --dry-run shows what it would do.",
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
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "do nothing, show what would be done")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	stackFlag(cmd, &stack)
	endpointFlag(cmd, &endpoint)
	return cmd
}

// lambdaClient invokes functions at AWS or on this machine; see awsConfig.
func lambdaClient(ctx context.Context, endpoint string) (*lambda.Client, error) {
	cfg, err := awsConfig(ctx, endpoint)
	if err != nil {
		return nil, err
	}
	return lambda.NewFromConfig(cfg), nil
}

func sweepNow(ctx context.Context, client *lambda.Client, function string, dryRun bool) (reconcile.Report, error) {
	payload, err := json.Marshal(reconcile.Request{DryRun: dryRun})
	if err != nil {
		return reconcile.Report{}, err
	}
	out, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: payload})
	if err != nil {
		return reconcile.Report{}, fmt.Errorf("invoke %s: %w", function, err)
	}
	if out.FunctionError != nil {
		var failed struct {
			Message string `json:"errorMessage"`
		}
		_ = json.Unmarshal(out.Payload, &failed) // what is no JSON has no message
		return reconcile.Report{}, fmt.Errorf("%s: %s", function, aws.ToString(out.FunctionError)+": "+failed.Message)
	}
	var report reconcile.Report
	if err := json.Unmarshal(out.Payload, &report); err != nil {
		return reconcile.Report{}, errors.Join(errors.New("the report can't be read"), err)
	}
	return report, nil
}

func printReport(w io.Writer, r reconcile.Report) error {
	if len(r.Actions) == 0 {
		_, err := fmt.Fprintln(w, "Nothing stands still.")
		return err
	}
	for _, a := range r.Actions {
		did := a.Action
		if r.DryRun {
			did = "would " + did
		}
		if _, err := fmt.Fprintf(w, "%s%s: %s, because %s\n", a.RunID, a.Lease, did, a.Why); err != nil {
			return err
		}
	}
	return nil
}
