package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// looked returns how far some pages of one list looked together; nil if they say nothing.
func looked(pages []page) *api.Looked {
	var all *api.Looked
	for _, p := range pages {
		if p.Looked == nil {
			continue
		}
		if all == nil {
			all = &api.Looked{}
		}
		all.Requests += p.Looked.Requests
		all.BackTo = p.Looked.BackTo
	}
	return all
}

// printLooked says how far a list looked and what it may lack, to people.
func (l *listing) printLooked(cmd *cobra.Command, pages []page) {
	if far := looked(pages); far != nil {
		fmt.Fprint(cmd.ErrOrStderr(), "Looked at "+text.Count(far.Requests, "request"))
		if !far.BackTo.IsZero() {
			fmt.Fprint(cmd.ErrOrStderr(), ", back to "+moment(far.BackTo))
		}
		if next := pages[len(pages)-1].NextCursor; next == "" && !far.BackTo.IsZero() && l.period.From.IsZero() {
			fmt.Fprint(cmd.ErrOrStderr(), "; to look further back, give --to "+moment(far.BackTo))
		}
		fmt.Fprintln(cmd.ErrOrStderr())
	}
	if missing := pages[len(pages)-1].Missing; missing != "" {
		fmt.Fprintln(cmd.ErrOrStderr(), text.Line(missing))
	}
}

// printCSV prints the list as a CSV file: one of the API's or, with --all, as many as it
// takes, joined to one.
func (l *listing) printCSV(cmd *cobra.Command) error {
	in := l.input()
	for first := true; ; first = false {
		file, err := l.activity(cmd.Context(), in)
		if err != nil {
			return err
		}
		more := file.NextCursor != ""
		if err := printFile(cmd.OutOrStdout(), file.CSV, first, l.all && more); err != nil {
			return err
		}
		switch {
		case !more:
			return nil
		case !l.all:
			fmt.Fprintf(cmd.ErrOrStderr(), "More requests: give --cursor %s, or --all\n", text.Line(file.NextCursor))
			return nil
		case file.NextCursor == in.Cursor:
			return fmt.Errorf("the API sends the same file again")
		}
		in.Cursor = file.NextCursor
	}
}

func (a *caller) activity(ctx context.Context, in api.ListInput) (*api.ActivityFile, error) {
	file, _, err := call(ctx, a, func(c *api.Client, capture api.CallOption) (*api.ActivityFile, error) {
		return c.ActivityCSV(ctx, in, capture)
	})
	return file, err
}

// printFile prints a file, without the line of names if another came before it, and
// without the line that says that more follow if another comes after it.
func printFile(w io.Writer, file []byte, first, another bool) error {
	end := []byte("\r\n")
	if !first {
		_, file, _ = bytes.Cut(file, end)
	}
	if another {
		file = file[:bytes.LastIndex(bytes.TrimSuffix(file, end), end)+len(end)]
	}
	_, err := w.Write(file)
	return err
}
