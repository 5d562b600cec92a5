package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// reindexer has the flags of the command.
type reindexer struct {
	table
	after        string
	dryRun, json bool
}

func newReindexCommand(p Process) *cobra.Command {
	var x reindexer
	cmd := &cobra.Command{
		Use:   "reindex",
		Short: "Index what was stored before an upgrade",
		Long: `Index what earlier releases stored, so that lists find it: approvals, denials and
revocations for those who made them, and open access for view=live. Run it once
after an upgrade; requests go on meanwhile.

It reads the whole table. It adds an item for each action that is not indexed, and
the keys of two indexes to each request whose open access is not. A second run
changes nothing. If it stops, it prints the request to continue after (--after).
Once it has finished, lists no longer say that something may be missing.

The table is read and written with your own AWS credentials (dynamodb:Scan, Query,
PutItem, UpdateItem).`,
		Example: "  fasttrack reindex --table fasttrack-Table-1ABC --dry-run\n  fasttrack reindex --table fasttrack-Table-1ABC",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case x.name == "":
				return usageError{errors.New("give --stack NAME, or --table NAME (the stack's output TableName), with AWS credentials that may write to it")}
			case x.after != "" && !run.ValidID(x.after):
				return usageError{fmt.Errorf("--after must be the id of a request, got %q", x.after)}
			}
			return x.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&x.dryRun, "dry-run", false, "change nothing, only report")
	cmd.Flags().StringVar(&x.after, "after", "", "continue after the request with this `ID`")
	cmd.Flags().BoolVar(&x.json, "json", false, "print as JSON")
	x.flags(cmd, p)
	return cmd
}

// reindexReport is what the command prints as JSON.
type reindexReport struct {
	DryRun   bool `json:"dry_run,omitempty"`
	Requests int  `json:"requests"`
	Actions  int  `json:"actions"`
	Accesses int  `json:"accesses"`
	// After is the last request that was read.
	After string            `json:"after,omitempty"`
	Left  []store.Reindexed `json:"left"`
}

func (x *reindexer) run(ctx context.Context, out, errs io.Writer) error {
	table, _, err := x.open(ctx)
	if err != nil {
		return err
	}
	r := reindexReport{DryRun: x.dryRun, Left: []store.Reindexed{}}
	err = table.Reindex(ctx, store.Reindexing{DryRun: x.dryRun, After: x.after, Report: func(done store.Reindexed) {
		r.Requests++
		r.Actions += len(done.Acts)
		if done.Access {
			r.Accesses++
		}
		r.After = done.Run
		if done.Left != "" {
			r.Left = append(r.Left, done)
		}
	}})
	if err != nil {
		if r.After != "" {
			fmt.Fprintf(errs, "Stopped after request %s; to continue, give --after %s\n", r.After, r.After)
		}
		return err
	}
	if x.json {
		err = printJSON(out, r)
	} else {
		for _, left := range r.Left {
			fmt.Fprintf(out, "left  request %s: %s\n", left.Run, text.Line(left.Left))
		}
		did := "indexed"
		if x.dryRun {
			did = "would be indexed"
		}
		_, err = fmt.Fprintf(out, "%s read, %s and %s %s\n", text.Count(r.Requests, "request"), text.Count(r.Actions, "action"), text.Count(r.Accesses, "live request"), did)
	}
	if err == nil && len(r.Left) > 0 {
		err = errReported
	}
	return err
}
