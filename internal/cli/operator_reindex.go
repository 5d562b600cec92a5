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

// reindexer holds the flags of `fasttrack reindex`.
type reindexer struct {
	table
	after        string
	dryRun, json bool
}

func newReindexCommand(p Process) *cobra.Command {
	var x reindexer
	cmd := &cobra.Command{
		Use:   "reindex",
		Short: "List for reviewers what they decided before an upgrade",
		Long: `Add to view=reviewed what reviewers approved, denied or revoked before the release
that has this list. Run it once after the upgrade; requests go on meanwhile.

It reads the whole table and adds an item for each action that is not listed. It
can be repeated, and a second run changes nothing. If it stops, it names the
request to go on behind with --after.

The table is read and written with your own AWS credentials (dynamodb:Scan, Query,
PutItem).`,
		Example: "  fasttrack reindex --table fasttrack-Table-1ABC --dry-run\n  fasttrack reindex --table fasttrack-Table-1ABC",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case x.name == "":
				return usageError{errors.New("give --table NAME, the stack's output TableName, with AWS credentials that may write to it")}
			case x.after != "" && !run.ValidID(x.after):
				return usageError{fmt.Errorf("--after must be the id of a request, got %q", x.after)}
			}
			return x.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&x.dryRun, "dry-run", false, "change nothing, and say what would be")
	cmd.Flags().StringVar(&x.after, "after", "", "go on behind the request with this `ID`, which a run that stopped has named")
	cmd.Flags().BoolVar(&x.json, "json", false, "print JSON")
	x.flags(cmd, p)
	return cmd
}

// reindexReport is what was done.
type reindexReport struct {
	DryRun   bool `json:"dry_run,omitempty"`
	Requests int  `json:"requests"`
	Actions  int  `json:"actions"`
	// After is the last request that was looked at.
	After string            `json:"after,omitempty"`
	Left  []store.Reindexed `json:"left"`
}

func (x *reindexer) run(ctx context.Context, out, errs io.Writer) error {
	table, _, err := x.open(ctx)
	if err != nil {
		return err
	}
	r := reindexReport{DryRun: x.dryRun, Left: []store.Reindexed{}}
	err = table.Reindex(ctx, store.Reindexing{DryRun: x.dryRun, After: x.after, Tell: func(done store.Reindexed) {
		r.Requests++
		r.Actions += len(done.Acts)
		r.After = done.Run
		if done.Left != "" {
			r.Left = append(r.Left, done)
		}
	}})
	if err != nil {
		if r.After != "" {
			fmt.Fprintf(errs, "Stopped behind request %s: go on with --after %s\n", r.After, r.After)
		}
		return err
	}
	if x.json {
		err = printJSON(out, r)
	} else {
		for _, left := range r.Left {
			fmt.Fprintf(out, "left  request %s: %s\n", left.Run, text.Line(left.Left))
		}
		did := "added"
		if x.dryRun {
			did = "would be added"
		}
		_, err = fmt.Fprintf(out, "%s looked at, %s %s\n", text.Count(r.Requests, "request"), text.Count(r.Actions, "action"), did)
	}
	if err == nil && len(r.Left) > 0 {
		err = errReported
	}
	return err
}
