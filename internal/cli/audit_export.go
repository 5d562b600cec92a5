package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/export"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// auditExport says what is exported: the flags of the command.
type auditExport struct {
	table
	flow     string
	from, to time.Time
	csv      bool
	file     string
}

func newAuditExportCommand(p Process) *cobra.Command {
	var x auditExport
	var made period
	var format string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the requests of a time to a file",
		Long: `Write every request that was made in a time, oldest first, as it is in the
table: what was asked, what code found out, who decided and why, its history, and
what on_request said in shadow mode. Sensitive values are left out.

jsonl has all of it, one request a line; csv has a line for a spreadsheet. A cell
that a spreadsheet would take for a formula begins with ' there.

The table is read with your own AWS credentials (dynamodb:Scan), all of it. A
request that can't be read is named and left out; then the exit status is 1. A
file is there whole or not at all.`,
		Example: `  fasttrack audit export --since 2026-10-01 --until 2026-11-01 -o october.jsonl
  fasttrack audit export --flow aws-access --since 90d --format csv -o access.csv
  fasttrack audit export --table fasttrack-Table --endpoint-url http://127.0.0.1:8080/_aws | jq -r .reason`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if x.from, x.to, err = made.read(p.Now()); err != nil {
				return err
			}
			wrong := func(text string) error { return usageError{errors.New(text)} }
			switch {
			case x.name == "":
				return wrong("give --stack NAME, or --table NAME, the stack's output TableName, with AWS credentials that may read it (dynamodb:Scan)")
			case format != "jsonl" && format != "csv":
				return wrong(fmt.Sprintf("--format: jsonl or csv was expected, not %q", format))
			case !x.from.IsZero() && !x.to.IsZero() && !x.from.Before(x.to):
				return wrong(fmt.Sprintf("there is no time from %s to %s: --since must be before --until", moment(x.from), moment(x.to)))
			}
			x.csv = format == "csv"
			return x.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	made.flags(cmd)
	cmd.Flags().StringVar(&x.flow, "flow", "", "requests of this flow alone")
	cmd.Flags().StringVar(&format, "format", "jsonl", "jsonl or csv")
	cmd.Flags().StringVarP(&x.file, "output", "o", "", "the `FILE` to write, which is replaced; standard output without that")
	x.flags(cmd, p)
	return cmd
}

// run exports. Nothing is written before all is read: only then is it known what
// comes first.
func (x *auditExport) run(ctx context.Context, out, messages io.Writer) error {
	if x.file != "" {
		file, err := newWholeFile(x.file)
		if err != nil {
			return err
		}
		defer file.discard()
		unreadable, err := x.write(ctx, file, messages)
		if err == nil {
			err = file.keep()
		}
		return exported(unreadable, err)
	}
	return exported(x.write(ctx, out, messages))
}

// exported is how the command ends: what could not be read is named already.
func exported(unreadable int, err error) error {
	if err == nil && unreadable > 0 {
		return errReported
	}
	return err
}

// write writes all that is asked for, and says how many could not be read.
func (x *auditExport) write(ctx context.Context, out, messages io.Writer) (unreadable int, err error) {
	runs, err := newSpool()
	if err != nil {
		return 0, err
	}
	defer runs.close()
	if unreadable, err = x.gather(ctx, runs, messages); err != nil {
		return unreadable, err
	}
	w := bufio.NewWriterSize(out, 64<<10)
	if x.csv {
		if _, err := w.Write(export.Header()); err != nil {
			return unreadable, err
		}
	}
	if err := runs.sorted(ctx, w); err != nil {
		return unreadable, err
	}
	if err := w.Flush(); err != nil {
		return unreadable, err
	}
	fmt.Fprintf(messages, "%s exported", count(len(runs.places), "request"))
	if unreadable > 0 {
		fmt.Fprintf(messages, ", %d could not be read", unreadable)
	}
	fmt.Fprintln(messages)
	return unreadable, nil
}

// gather reads the table, and keeps each request that is asked for as the line
// that it becomes.
func (x *auditExport) gather(ctx context.Context, runs *spool, messages io.Writer) (unreadable int, err error) {
	stored, _, err := x.open(ctx)
	if err != nil {
		return 0, err
	}
	read := 0
	bar := newProgress(messages)
	bar.start("reading table "+x.name, 0, 0)
	defer bar.end()
	err = stored.EachStored(ctx, func(id string, rec store.Record, wrong error) error {
		read++
		bar.at(read)
		r := rec.Run
		if wrong != nil {
			bar.end()
			fmt.Fprintln(messages, text.Line(wrong.Error()))
			unreadable++
			return nil
		}
		if x.flow != "" && r.Flow.Name != x.flow || !madeIn(x.from, x.to, r.CreatedAt) {
			return nil
		}
		form := export.Of(r, rec.Context).Line
		if x.csv {
			form = export.Of(r, nil).Row
		}
		line, err := form()
		if err != nil { // such as a context that was made no JSON
			bar.end()
			fmt.Fprintln(messages, text.Line(fmt.Sprintf("%s: %v", id, err)))
			unreadable++
			return nil
		}
		return runs.add(r.CreatedAt, id, line)
	})
	if ctx.Err() != nil {
		return unreadable, resumable{errors.New("nothing was exported")}
	}
	return unreadable, err
}
