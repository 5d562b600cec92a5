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

	"github.com/fasttrack-dev/fasttrack/internal/drain"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// shownLeft is how many of a kind are listed.
const shownLeft = 5

func newDrainCommand(p Process) *cobra.Command {
	var t table
	var stack string
	var every time.Duration
	var dryRun, undo, once, asJSON bool
	cmd := &cobra.Command{
		Use:   "drain",
		Short: "End all access and requests before the stack is removed",
		Long: `Prepare to remove an installation. To delete the stack alone would leave access that
nobody ends. drain refuses new requests, expires those that wait, revokes access,
waits until it has verified the end of all access, and says when the stack may be
deleted. Hooks can't refuse that access ends.

Ctrl-C stops waiting; the same command continues. --undo accepts requests again;
what has ended stays ended. docs/operations.md "Remove" has the next steps.

It needs your own AWS credentials: dynamodb:Scan, GetItem, PutItem, DeleteItem and
DescribeTable on the table, lambda:InvokeFunction on functions/reconcile and
states:ListExecutions on the state machine.`,
		Example: "  fasttrack drain --table fasttrack-Table-1ABC --dry-run\n  fasttrack drain --table fasttrack-Table-1ABC",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case t.name == "":
				return usageError{errors.New("give --stack NAME, or --table NAME (the stack's output TableName)")}
			case undo && (dryRun || once):
				return usageError{errors.New("--undo can't be used with --dry-run or --once")}
			case every < 100*time.Millisecond:
				return usageError{fmt.Errorf("--every must be at least 100ms, got %s", every)}
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
			return passes{d, every, dryRun, once, asJSON}.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	stackFlag(cmd, &stack)
	t.flags(cmd, p)
	cmd.Flags().DurationVar(&every, "every", 10*time.Second, "how long to wait between passes")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "change nothing, only report")
	cmd.Flags().BoolVar(&once, "once", false, "make one pass; the exit code is 1 if something is left")
	cmd.Flags().BoolVar(&undo, "undo", false, "accept new requests again")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// passes drains until nothing is left, or once.
type passes struct {
	drain.Drainer
	every                time.Duration
	dryRun, once, asJSON bool
}

func (p passes) run(ctx context.Context, out io.Writer) error {
	for {
		left, failed := p.Pass(ctx, p.dryRun)
		if left.At.IsZero() && failed != nil {
			return failed
		}
		safe := left.Safe() && failed == nil
		switch {
		case !p.asJSON:
			printLeft(out, left, failed)
		case p.dryRun || p.once || safe:
			if err := printJSON(out, left); err != nil {
				return err
			}
		}
		switch {
		case p.dryRun:
			return nil
		case safe:
			if !p.asJSON {
				fmt.Fprintln(out, `Nothing is left. The stack may be deleted: docs/operations.md "Remove".`)
			}
			return nil
		case p.once:
			return errReported
		}
		if !pause(ctx, p.every) {
			return context.Cause(ctx)
		}
	}
}

// newDrainer returns a drainer of the installation, with the operator's credentials.
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

// machineARN returns the ARN of the state machine, from the account and region of the
// table.
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
	payload, err := json.Marshal(step.ReconcileRequest{Drain: ids})
	if err != nil {
		return err
	}
	out, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: payload})
	if err != nil {
		return fmt.Errorf("invoke %s: %w", function, err)
	}
	if out.FunctionError != nil {
		return fmt.Errorf("%s: %s", function, functionError(out))
	}
	return nil
}

func running(ctx context.Context, client *sfn.Client, machine string) ([]string, error) {
	names := []string{}
	pages := sfn.NewListExecutionsPaginator(client, &sfn.ListExecutionsInput{StateMachineArn: &machine, StatusFilter: types.ExecutionStatusRunning})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list executions of %s: %w", machine, err)
		}
		for _, e := range page.Executions {
			names = append(names, aws.ToString(e.Name))
		}
	}
	return names, nil
}

// printLeft prints what is left in a line, and why.
func printLeft(w io.Writer, l drain.Left, failed error) {
	fmt.Fprintf(w, "%s  %s\n", moment(l.At), l)
	if failed != nil {
		fmt.Fprintf(w, "  ! %s\n", text.Line(failed.Error()))
	}
	for _, id := range slices.Sorted(maps.Keys(l.Failing)) {
		fmt.Fprintf(w, "  ! %s  could not end access: %s\n", id, text.Line(l.Failing[id]))
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
		fmt.Fprintf(w, "  all access has ended; reconcile verifies it again until %s\n", moment(l.UnreadUntil))
	case !l.SettlesAt.IsZero() && l.At.Before(l.SettlesAt):
		fmt.Fprintf(w, "  a request that was sent before may still arrive until %s\n", moment(l.SettlesAt))
	}
}
