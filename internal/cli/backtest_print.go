package cli

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/backtest"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// shownCases is how many cases of a kind the text shows.
const shownCases = 20

// print prints the report, and writes the page where one is asked for.
func (b *backtested) print(cmd *cobra.Command, r backtest.Report) error {
	if b.html != "" {
		if err := writePage(b.html, r); err != nil {
			return fmt.Errorf("--html: %w", err)
		}
	}
	if b.asJSON {
		return printJSON(cmd.OutOrStdout(), r)
	}
	printReportOf(cmd.OutOrStdout(), r)
	if b.html != "" {
		fmt.Fprintf(cmd.OutOrStdout(), "\nThe whole report is in %s.\n", b.html)
	}
	return nil
}

// writePage writes the page whole, or not at all.
func writePage(path string, r backtest.Report) error {
	file, err := newWholeFile(path)
	if err != nil {
		return err
	}
	defer file.discard()
	if err := r.WriteHTML(file); err != nil {
		return err
	}
	return file.keep()
}

func printReportOf(w io.Writer, r backtest.Report) {
	fmt.Fprintf(w, "%s of %s, from %s, asked of %s", count(r.Requests, "request"), orDash(r.Flows), r.Source, cmp.Or(r.Function, "nothing"))
	if len(r.HooksVersions) > 0 {
		fmt.Fprintf(w, ", version %s", strings.Join(r.HooksVersions, ", "))
	}
	fmt.Fprint(w, "\n\n")
	if len(r.HooksVersions) > 1 {
		fmt.Fprint(w, "More than one version of the hooks answered: --restart asks one about all.\n\n")
	}
	if r.Requests > 0 {
		printComparison(w, r.Comparison)
	} else {
		fmt.Fprintln(w, "There is no request to ask about; --since, --until, FLOW and the file of flows say which.")
	}
	if r.Shadow != nil {
		fmt.Fprintf(w, "\nIn shadow mode, by what on_request said when it was asked: %s\n\n", count(r.Shadow.Requests, "request"))
		printComparison(w, *r.Shadow)
	}
	if len(r.Failures) > 0 {
		fmt.Fprintln(w, "\nWhat hooks did wrong:")
		for _, f := range r.Failures[:min(len(r.Failures), shownCases)] {
			fmt.Fprintf(w, "  %6d  %s\n", f.Count, text.Line(f.Error))
		}
	}
	if len(r.NotCalled) > 0 {
		var hooks []string
		for _, h := range r.NotCalled {
			hooks = append(hooks, fmt.Sprintf("%s (%d)", h.Hook, h.Requests))
		}
		fmt.Fprintf(w, "\nNot called, with the number of requests: %s.\n", strings.Join(hooks, ", "))
	}
	for _, why := range slices.Sorted(maps.Keys(r.Skipped)) {
		fmt.Fprintf(w, "\nLeft out: %s, since %s.\n", count(r.Skipped[why], "request"), why)
	}
}

func printComparison(w io.Writer, c backtest.Comparison) {
	printCases(w, "People denied, and the hooks would approve", c.DeniedWouldApprove, true)
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "hooks would\t")
	for _, k := range backtest.Kinds {
		fmt.Fprintf(t, "%s\t", backtest.Words(k))
	}
	fmt.Fprint(t, "all\t\n")
	row := func(name string, says backtest.Says) {
		fmt.Fprintf(t, "%s\t", name)
		for _, k := range backtest.Kinds {
			fmt.Fprintf(t, "%d\t", c.Sum(says, k))
		}
		fmt.Fprintf(t, "%d\t\n", c.Sum(says, ""))
	}
	for _, says := range backtest.AllSays {
		row(backtest.Words(says), says)
	}
	row("all", "")
	_ = t.Flush()
	fmt.Fprintf(w, "\nOf %d that people approved or denied, the hooks would have decided %d as they did and %d otherwise, and left %d to them.\n",
		c.Decided, c.Same, c.Otherwise, c.Left)
	printCases(w, "\nPeople approved, and the hooks would deny", c.ApprovedWouldDeny, false)
	printCases(w, "\nHooks approved then, and would not now", c.CodeApprovedWouldNot, false)
}

// printCases lists cases, the first of them; always says that there are none, too.
func printCases(w io.Writer, title string, cases []backtest.Case, always bool) {
	if len(cases) == 0 && !always {
		return
	}
	fmt.Fprintf(w, "%s: %d\n", title, len(cases))
	for _, c := range cases[:min(len(cases), shownCases)] {
		fmt.Fprintf(w, "  %s  %s  %s  %s  %s\n", c.ID, moment(c.CreatedAt), c.Flow, text.Line(c.Requester), text.Line(c.What))
		fmt.Fprintf(w, "      then  %s by %s%s\n", backtest.Words(c.Then.Kind), text.Line(c.Then.By), afterColon(c.Then.Reason))
		fmt.Fprintf(w, "      now   would %s%s\n", backtest.Words(c.Now.Says), afterColon(c.Now.Reason))
	}
	if more := len(cases) - shownCases; more > 0 {
		fmt.Fprintf(w, "  … and %d more; --json and --html have all\n", more)
	}
}

func afterColon(s string) string {
	if s == "" {
		return ""
	}
	return ": " + text.Line(s)
}
