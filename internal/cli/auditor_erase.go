package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// eraser has the flags of the command.
type eraser struct {
	table
	dryRun, yes, json bool
}

func newEraseCommand(p Process) *cobra.Command {
	var x eraser
	cmd := &cobra.Command{
		Use:   "erase PERSON...",
		Short: "Erase a person from the table",
		Long: `Erase a person from every request that has ended: their names, addresses,
principals and groups, what they wrote, and all fields and evidence of their own
requests. Hashes replace the texts, so the history still verifies, and an entry
records the erasure. Their actions, tallies, limits, links, Slack accounts and
ended leases are deleted.

Name one person by every id, address and principal that they had. Anybody else who
had the same address is erased too; to avoid that, name principals, which --dry-run
lists, as it does Slack accounts.

Requests that go on are listed and kept, and the exit code is then 1: wait until they
end, and repeat the command. It can be repeated at any time, and continues where it
stopped.

The table is read and written with your own AWS credentials (dynamodb:Scan,
Query, GetItem, PutItem, UpdateItem, DeleteItem). docs/security.md lists other
places of personal data, such as logs and backups.`,
		Example: `  fasttrack erase ada@example.com --dry-run
  fasttrack erase ada@example.com 'https://issuer.example.com|7b1c' --yes`,
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, people []string) error {
			wrong := func(text string) error { return usageError{errors.New(text)} }
			for _, who := range people {
				if strings.TrimSpace(who) == "" || who == "erased" {
					return wrong(fmt.Sprintf("PERSON must be an id, an address or a principal, got %q", who))
				}
			}
			switch {
			case x.name == "":
				return wrong("give --stack NAME, or --table NAME (the stack's output TableName), with AWS credentials that may write to it")
			case !x.dryRun && !x.yes:
				return wrong("an erasure can't be undone: give --dry-run to list what would be erased, or --yes")
			}
			return x.run(cmd.Context(), people, p.Now(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&x.dryRun, "dry-run", false, "change nothing, only list")
	cmd.Flags().BoolVar(&x.yes, "yes", false, "confirm the erasure")
	cmd.Flags().BoolVar(&x.json, "json", false, "print as JSON")
	x.flags(cmd, p)
	return cmd
}

// eraseReport is what the command prints as JSON.
type eraseReport struct {
	DryRun bool `json:"dry_run,omitempty"`
	// Principals are logins that the names are known by. They are erased too.
	Principals []string `json:"principals"`
	// SlackAccounts are those of the person, as TEAM-USER. They are erased too.
	SlackAccounts []string       `json:"slack_accounts"`
	Items         []store.Erased `json:"items"`
}

func (x *eraser) run(ctx context.Context, people []string, now time.Time, out io.Writer) error {
	table, _, err := x.open(ctx)
	if err != nil {
		return err
	}
	known, err := table.KnownAs(ctx, people)
	if err != nil {
		return err
	}
	r := eraseReport{DryRun: x.dryRun, Principals: append([]string{}, known.Principals...), SlackAccounts: append([]string{}, known.Slack...), Items: []store.Erased{}}
	left := 0
	err = table.Erase(ctx, store.Erasure{Who: known.Names(people), DryRun: x.dryRun, Report: func(e store.Erased) {
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
		fmt.Fprintf(out, "kept    %s: %s\n", what, text.Line(e.Left))
	case x.dryRun:
		fmt.Fprintln(out, "would   "+what)
	default:
		fmt.Fprintln(out, "erased  "+what)
	}
}

func (x *eraser) summary(out io.Writer, r eraseReport, left int) {
	for _, p := range r.Principals {
		fmt.Fprintf(out, "login %s belongs to this person, and is erased too\n", text.Line(p))
	}
	for _, a := range r.SlackAccounts {
		fmt.Fprintf(out, "Slack account %s belongs to this person, and is erased too\n", text.Line(a))
	}
	did := "erased"
	if x.dryRun {
		did = "would be erased"
	}
	fmt.Fprintf(out, "%s %s, %d kept\n", text.Count(len(r.Items)-left, "item"), did, left)
}
