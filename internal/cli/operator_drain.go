package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/functions/reconcile/reconcile"
	"github.com/fasttrack-dev/fasttrack/internal/drain"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// shownLeft is how many of each kind of what is left are named.
const shownLeft = 5

func newDrainCommand(p Process) *cobra.Command {
	var t table
	var stack string
	var every time.Duration
	var dryRun, undo, once, asJSON bool
	cmd := &cobra.Command{
		Use:   "drain",
		Short: "End all access and requests, so that the stack can be removed",
		Long: `Prepare to remove an installation. Deleting the stack alone would leave access that
nobody takes back. drain refuses new requests from then on, expires those that
wait, revokes access, waits until all of it is read to be gone, and says when the
stack may be deleted. No hook is asked whether access may end.

Ctrl-C stops waiting; start it again to go on. --undo takes requests again; what
was ended stays ended. docs/operations.md "Remove" has the steps after it.

It needs your own AWS credentials: dynamodb:Scan, GetItem, PutItem, DeleteItem and
DescribeTable on the table, lambda:InvokeFunction on functions/reconcile and
states:ListExecutions on the state machine.`,
		Example: "  fasttrack drain --table fasttrack-Table-1ABC --dry-run\n  fasttrack drain --table fasttrack-Table-1ABC",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case t.name == "":
				return usageError{errors.New("give --stack NAME, or --table NAME, the stack's output TableName")}
			case undo && (dryRun || once):
				return usageError{errors.New("--undo goes with neither --dry-run nor --once")}
			case every < 100*time.Millisecond:
				return usageError{errors.New("--every: it must be at least 100ms")}
			}
			stored, cfg, err := t.open(cmd.Context())
			if err != nil {
				return err
			}
			if undo {
				if err := stored.Undrain(cmd.Context()); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "New requests are accepted again, at the latest in %s.\n", drain.Remembered)
				return nil
			}
			d, err := newDrainer(cmd.Context(), stored, cfg, t.name, stack, p.Now)
			if err != nil {
				return err
			}
			for {
				left, failed := d.Pass(cmd.Context(), dryRun)
				if left.At.IsZero() && failed != nil {
					return failed
				}
				safe := left.Safe() && failed == nil
				if asJSON {
					if dryRun || once || safe {
						if err := printJSON(cmd.OutOrStdout(), left); err != nil {
							return err
						}
					}
				} else {
					printLeft(cmd.OutOrStdout(), left, failed)
				}
				switch {
				case dryRun:
					return nil
				case safe:
					if !asJSON {
						fmt.Fprintln(cmd.OutOrStdout(), `Nothing is left. The stack may be deleted: docs/operations.md "Remove".`)
					}
					return nil
				case once:
					return errReported
				}
				if !pause(cmd.Context(), every) {
					return context.Cause(cmd.Context())
				}
			}
		},
	}
	stackFlag(cmd, &stack)
	t.flags(cmd, p)
	cmd.Flags().DurationVar(&every, "every", 10*time.Second, "how long to wait between passes")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "change nothing, show what is there to end")
	cmd.Flags().BoolVar(&once, "once", false, "make one pass; exit code 1 if something is left")
	cmd.Flags().BoolVar(&undo, "undo", false, "take new requests again")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// newDrainer reaches the installation with the operator's credentials.
func newDrainer(ctx context.Context, stored *store.Store, cfg aws.Config, table, stack string, now func() time.Time) (drain.Drainer, error) {
	machine, err := machineARN(ctx, cfg, table, stack)
	if err != nil {
		return drain.Drainer{}, err
	}
	functions, executions := lambda.NewFromConfig(cfg), sfn.NewFromConfig(cfg)
	return drain.Drainer{
		Table: stored, Now: now,
		End: func(ctx context.Context, ids []string) error {
			return end(ctx, functions, stack+"-engine-reconcile", ids)
		},
		Running: func(ctx context.Context) ([]string, error) { return running(ctx, executions, machine) },
	}, nil
}

// machineARN is the state machine's, in the account and the region of the table.
func machineARN(ctx context.Context, cfg aws.Config, table, stack string) (string, error) {
	out, err := dynamodb.NewFromConfig(cfg).DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &table})
	if err != nil {
		return "", fmt.Errorf("find table %s: %w", table, err)
	}
	// arn:aws:dynamodb:REGION:ACCOUNT:table/NAME
	parts := strings.SplitN(aws.ToString(out.Table.TableArn), ":", 6)
	if len(parts) != 6 {
		return "", fmt.Errorf("find table %s: its ARN is %q", table, aws.ToString(out.Table.TableArn))
	}
	return strings.Join([]string{parts[0], parts[1], "states", parts[3], parts[4], "stateMachine", stack + "-runs"}, ":"), nil
}

func end(ctx context.Context, client *lambda.Client, function string, ids []string) error {
	payload, err := json.Marshal(reconcile.Request{Drain: ids})
	if err != nil {
		return err
	}
	out, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: payload})
	if err != nil {
		return fmt.Errorf("invoke %s: %w", function, err)
	}
	if out.FunctionError != nil {
		var failed struct {
			Message string `json:"errorMessage"`
		}
		_ = json.Unmarshal(out.Payload, &failed) // what is no JSON has no message
		return fmt.Errorf("%s: %s", function, failed.Message)
	}
	return nil
}

func running(ctx context.Context, client *sfn.Client, machine string) ([]string, error) {
	names := []string{}
	pages := sfn.NewListExecutionsPaginator(client, &sfn.ListExecutionsInput{StateMachineArn: &machine, StatusFilter: types.ExecutionStatusRunning})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the executions of %s: %w", machine, err)
		}
		for _, e := range page.Executions {
			names = append(names, aws.ToString(e.Name))
		}
	}
	return names, nil
}

// printLeft prints a line of what is left, and what keeps it there.
func printLeft(w io.Writer, l drain.Left, failed error) {
	fmt.Fprintf(w, "%s  %s\n", moment(l.At), l)
	if failed != nil {
		fmt.Fprintf(w, "  ! %s\n", text.Line(failed.Error()))
	}
	for _, id := range slices.Sorted(maps.Keys(l.Failing)) {
		fmt.Fprintf(w, "  ! %s  access could not be taken back yet: %s\n", id, text.Line(l.Failing[id]))
	}
	some := func(what string, names []string) {
		for i, name := range names {
			if i == shownLeft {
				fmt.Fprintf(w, "  … and %d more\n", len(names)-i)
				return
			}
			fmt.Fprintf(w, "  %s  %s\n", what, text.Line(name))
		}
	}
	some("can't be read", l.Unreadable)
	some("held", l.Held)
	switch {
	case len(l.Unread) > 0:
		fmt.Fprintf(w, "  all access is gone; reconcile reads it once more until %s\n", moment(l.UnreadUntil))
	case !l.SettlesAt.IsZero() && l.At.Before(l.SettlesAt):
		fmt.Fprintf(w, "  a request that was on its way may still come in until %s\n", moment(l.SettlesAt))
	}
}
