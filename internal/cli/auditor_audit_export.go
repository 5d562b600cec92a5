package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/atomicfile"
	"github.com/fasttrack-dev/fasttrack/internal/export"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// auditExport has the flags of the command.
type auditExport struct {
	export.Options
	table table
	made  periodFlags
	file  string
	// kept also exports what hooks keep.
	kept bool
	now  func() time.Time
}

func newAuditExportCommand(p Process) *cobra.Command {
	var x auditExport
	var format string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Export requests to a file",
		Long: `Export all requests that were made in a period, oldest first: each request, what
code found out, who decided and why, its history, and the on_request outcome in
shadow mode. Sensitive values are left out. With --store, what hooks keep at the
moment follows, one value a line ({"store": …}): of each flow and person.

The format jsonl has all of it, one request a line. The format csv has one line a
request for a spreadsheet; a cell that a spreadsheet would take for a formula
begins with '.

The whole table is read, with your own AWS credentials (dynamodb:Scan). A request
that can't be read is named and left out; the exit code is then 1. The file is
replaced whole or not at all.`,
		Example: `  fasttrack audit export --since 2026-10-01 --until 2026-11-01 -o october.jsonl
  fasttrack audit export --flow aws-access --since 90d --format csv -o access.csv
  fasttrack audit export --table fasttrack-Table --endpoint-url http://127.0.0.1:8080/_aws | jq -r .reason`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if x.Period, err = x.made.read(p.Now()); err != nil {
				return err
			}
			wrong := func(text string) error { return usageError{errors.New(text)} }
			switch {
			case x.table.name == "":
				return wrong("give --stack NAME, or --table NAME (the stack's output TableName), with AWS credentials that may read it (dynamodb:Scan)")
			case format != "jsonl" && format != "csv":
				return wrong(fmt.Sprintf("--format must be jsonl or csv, got %q", format))
			case !x.Period.From.IsZero() && !x.Period.To.IsZero() && !x.Period.From.Before(x.Period.To):
				return wrong(fmt.Sprintf("--since must be before --until, got %s and %s", moment(x.Period.From), moment(x.Period.To)))
			}
			x.CSV, x.now = format == "csv", p.Now
			if x.CSV && x.kept {
				return wrong("--store goes with --format jsonl: a table of requests has no place for other values")
			}
			return x.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	x.made.flags(cmd)
	cmd.Flags().StringVar(&x.Flow, "flow", "", "only requests of this flow")
	cmd.Flags().BoolVar(&x.kept, "store", false, "also what hooks keep, by flow and person (jsonl)")
	cmd.Flags().StringVar(&format, "format", "jsonl", "jsonl or csv")
	cmd.Flags().StringVarP(&x.file, "output", "o", "", "the `FILE` to write, instead of standard output")
	x.table.flags(cmd, p)
	return cmd
}

// run exports to the file, or to out.
func (x *auditExport) run(ctx context.Context, out, messages io.Writer) error {
	if x.file == "" {
		return x.export(ctx, out, messages)
	}
	file, err := atomicfile.Create(x.file)
	if err != nil {
		return outputError(err)
	}
	defer file.Discard()
	// What can't be read is reported, and is no reason to lose the rest.
	err = x.export(ctx, file, messages)
	if err == nil || errors.Is(err, errReported) {
		if kept := file.Keep(); kept != nil {
			return kept
		}
	}
	return err
}

// export writes the requests, and reports those that can't be read.
func (x *auditExport) export(ctx context.Context, out, messages io.Writer) error {
	stored, _, err := x.table.open(ctx)
	if err != nil {
		return err
	}
	bar := newProgress(messages)
	bar.Start("reading table "+x.table.name, 0, 0)
	defer bar.End()
	x.Read = bar.At
	x.Unreadable = func(problem string) {
		bar.End()
		fmt.Fprintln(messages, text.Line(problem))
	}
	unreadable := 0
	if x.kept {
		x.Kept = func(ctx context.Context, f func(export.Kept) error) error {
			return stored.EachKept(ctx, x.Flow, x.now(), func(k store.Kept) error { return f(export.Kept(k)) }, func(problem string) {
				unreadable++
				x.Unreadable(problem)
			})
		}
	}
	n, err := export.Write(ctx, out, func(ctx context.Context, f func(string, *run.Run, json.RawMessage, error) error) error {
		return stored.EachStored(ctx, func(id string, rec store.Record, unreadable error) error {
			return f(id, rec.Run, rec.Context, unreadable)
		})
	}, x.Options)
	bar.End()
	if ctx.Err() != nil {
		return resumable{errors.New("no complete export was written")}
	}
	if err != nil {
		return err
	}
	fmt.Fprint(messages, text.Count(n.Written, "request"))
	if x.kept {
		fmt.Fprintf(messages, " and %s of the store", text.Count(n.Kept, "value"))
	}
	fmt.Fprint(messages, " exported")
	if n.Unreadable += unreadable; n.Unreadable > 0 {
		fmt.Fprintf(messages, ", %d could not be read\n", n.Unreadable)
		return errReported
	}
	fmt.Fprintln(messages)
	return nil
}

// outputError returns the error of the file of --output, which may be wrong usage.
func outputError(err error) error {
	if errors.Is(err, atomicfile.ErrNotRegular) {
		return usageError{fmt.Errorf("--output: %w", err)}
	}
	return err
}
