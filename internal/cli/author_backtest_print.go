package cli

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/atomicfile"
	"github.com/fasttrack-dev/fasttrack/internal/backtest"
	"github.com/fasttrack-dev/fasttrack/internal/console/backtestpage"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// shownCases is how many cases of a kind are printed.
const shownCases = 20

// print prints the report, and writes the page of --html.
func (b *backtestFlags) print(cmd *cobra.Command, now time.Time, r backtest.Report) error {
	if b.html != "" {
		if err := writePage(b.html, now, r); err != nil {
			return fmt.Errorf("--html: %w", err)
		}
	}
	if b.json {
		return printJSON(cmd.OutOrStdout(), r)
	}
	printBacktest(cmd.OutOrStdout(), r)
	if b.html != "" {
		fmt.Fprintf(cmd.OutOrStdout(), "\nThe report is in %s, as a page.\n", b.html)
	}
	return nil
}

// writePage replaces the page whole or not at all.
func writePage(path string, now time.Time, r backtest.Report) error {
	file, err := atomicfile.Create(path)
	if err != nil {
		return err
	}
	defer file.Discard()
	if err := backtestpage.WriteFile(file, now, r); err != nil {
		return err
	}
	return file.Keep()
}

func printBacktest(w io.Writer, r backtest.Report) {
	fmt.Fprintf(w, "%s of %s, from %s, tried with %s", text.Count(r.Requests, "request"), orDash(r.Flows), r.Source, cmp.Or(r.Function, "no function"))
	if len(r.HooksVersions) > 0 {
		fmt.Fprintf(w, ", version %s", strings.Join(r.HooksVersions, ", "))
	}
	fmt.Fprint(w, "\n\n")
	if len(r.HooksVersions) > 1 {
		fmt.Fprint(w, "More than one version of the hooks responded; --restart tries all requests with one.\n\n")
	}
	if r.Requests > 0 {
		printComparison(w, r.Comparison)
	} else {
		fmt.Fprintln(w, "No requests; --since, --until, FLOW and the file of flows select them.")
	}
	if r.Shadow != nil {
		fmt.Fprintf(w, "\nIn shadow mode, by the on_request outcome of that time: %s\n\n", text.Count(r.Shadow.Requests, "request"))
		printComparison(w, *r.Shadow)
	}
	if len(r.Failures) > 0 {
		fmt.Fprintln(w, "\nErrors of hooks:")
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
		fmt.Fprintf(w, "\nLeft out: %s: %s.\n", text.Count(r.Skipped[why], "request"), why)
	}
}

func printComparison(w io.Writer, c backtest.Comparison) {
	printCases(w, "People denied, and the hooks would approve", c.DeniedWouldApprove, true)
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "hooks would\t")
	for _, k := range c.Kinds() {
		fmt.Fprintf(t, "%s\t", backtest.Words(k))
	}
	fmt.Fprint(t, "all\t\n")
	row := func(name string, says backtest.Says) {
		fmt.Fprintf(t, "%s\t", name)
		for _, k := range c.Kinds() {
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
	printCases(w, "\nHooks denied, and would approve today", c.CodeDeniedWouldApprove, false)
	printCases(w, "\nHooks approved, and would not today", c.CodeApprovedWouldNot, false)
}

// printCases prints the first of the cases. With always it prints the title without
// any, too.
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
		fmt.Fprintf(w, "  … and %d more; --json has all\n", more)
	}
}

func afterColon(s string) string {
	if s == "" {
		return ""
	}
	return ": " + text.Line(s)
}
