package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// eraser says whom to erase: the flags of the command.
type eraser struct {
	table
	dryRun, yes, json bool
}

func newEraseCommand(p Process) *cobra.Command {
	var x eraser
	cmd := &cobra.Command{
		Use:   "erase PERSON...",
		Short: "Erase a person's names, addresses and texts from the table",
		Long: `Erase a person from every request that is over: their names, addresses,
principals and groups, what they wrote, and of their own requests everything that
was asked and found out. Digests stay in place of the texts, so the history still
verifies; an entry says that there was an erasure. Their actions, tallies, limits,
links and ended leases are deleted.

Name one person by every id, address and principal that they had. Whoever else
had the same address is erased too: name principals instead, which --dry-run
lists.

What is not over is left and named, and the exit status is 1: let it end, and
repeat the command. It can be repeated at any time, and goes on where it stopped.

The table is read and written with your own AWS credentials (dynamodb:Scan,
Query, GetItem, PutItem, UpdateItem, DeleteItem). docs/security.md lists where
else personal data lies, such as logs and backups.`,
		Example: `  fasttrack erase ada@example.com --dry-run
  fasttrack erase ada@example.com 'https://issuer.example.com|7b1c' --yes`,
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, people []string) error {
			wrong := func(text string) error { return usageError{errors.New(text)} }
			for _, who := range people {
				if strings.TrimSpace(who) == "" || who == "erased" {
					return wrong(fmt.Sprintf("%q names nobody", who))
				}
			}
			switch {
			case x.name == "":
				return wrong("give --stack NAME, or --table NAME, the stack's output TableName, with AWS credentials that may write to it")
			case !x.dryRun && !x.yes:
				return wrong("what is erased can't be brought back: give --dry-run to see what that would be, or --yes")
			}
			return x.run(cmd.Context(), people, p.Now(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&x.dryRun, "dry-run", false, "change nothing, and say what would be")
	cmd.Flags().BoolVar(&x.yes, "yes", false, "erase")
	cmd.Flags().BoolVar(&x.json, "json", false, "print JSON")
	x.flags(cmd, p)
	return cmd
}

// eraseReport is what was done.
type eraseReport struct {
	DryRun bool `json:"dry_run,omitempty"`
	// Principals are logins that are known by the names, and erased too.
	Principals []string       `json:"principals"`
	Items      []store.Erased `json:"items"`
}

func (x *eraser) run(ctx context.Context, people []string, now time.Time, out io.Writer) error {
	table, _, err := x.open(ctx)
	if err != nil {
		return err
	}
	r := eraseReport{DryRun: x.dryRun, Items: []store.Erased{}}
	if r.Principals, err = table.Principals(ctx, people); err != nil {
		return err
	}
	if r.Principals == nil {
		r.Principals = []string{}
	}
	left := 0
	err = table.Erase(ctx, store.Erasure{Who: append(run.Names(people), r.Principals...), DryRun: x.dryRun, Tell: func(e store.Erased) {
		r.Items = append(r.Items, e)
		if e.Left != "" {
			left++
		}
		if !x.json {
			x.print(out, e)
		}
	}}, now)
	if err != nil {
		return err
	}
	if x.json {
		err = printJSON(out, r)
	} else {
		x.summary(out, r, left)
	}
	if err == nil && left > 0 {
		err = errReported
	}
	return err
}

func (x *eraser) print(out io.Writer, e store.Erased) {
	what := "request " + e.Run
	if e.Run == "" {
		what = "item " + text.Line(e.Item)
	}
	switch {
	case e.Left != "":
		fmt.Fprintf(out, "left    %s: %s\n", what, text.Line(e.Left))
	case x.dryRun:
		fmt.Fprintln(out, "would   "+what)
	default:
		fmt.Fprintln(out, "erased  "+what)
	}
}

func (x *eraser) summary(out io.Writer, r eraseReport, left int) {
	for _, p := range r.Principals {
		fmt.Fprintf(out, "known by the login %s, which is erased too\n", text.Line(p))
	}
	did := "erased"
	if x.dryRun {
		did = "would be erased"
	}
	fmt.Fprintf(out, "%s %s, %d left\n", text.Count(len(r.Items)-left, "item"), did, left)
}
