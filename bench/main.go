// Command bench measures the budgets of docs/performance.md on this machine and
// prints each beside its budget, and what a million requests cost. Figures that
// are ratios are measured side by side in one run.
//
//	go run ./bench [-strict] [PART...]
//
// Parts are costs, bill, writes, features, messages, coldstarts, pushed, binaries, latency, load, put, lists, stats,
// listcalls, console, slack, reconcile, sessions and tests; all without one.
// -strict ends with status 1 where a budget is missed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// figure is one line of the table.
type figure struct {
	what     string
	measured float64
	unit     string
	budget   float64 // 0 without one
}

func (f figure) limit() string {
	if f.budget == 0 {
		return "none"
	}
	return strings.TrimSpace(fmt.Sprintf("≤ %.4g %s", f.budget, f.unit))
}

func (f figure) missed() bool { return f.budget != 0 && f.measured > f.budget }

func (f figure) held() string {
	switch {
	case f.budget == 0:
		return ""
	case f.missed():
		return "MISSED"
	}
	return "held"
}

// part is something that is measured by itself.
type part struct {
	name    string
	measure func(context.Context) ([]figure, error)
}

func (b *bench) parts() []part {
	return []part{
		{"costs", b.costs},
		{"bill", func(ctx context.Context) ([]figure, error) { return b.billed(ctx, os.Stdout) }},
		{"writes", func(ctx context.Context) ([]figure, error) { return nil, b.writes(ctx, os.Stdout) }},
		{"features", func(ctx context.Context) ([]figure, error) { return nil, b.features(ctx, os.Stdout) }},
		{"messages", b.delivered},
		{"coldstarts", b.coldStarts},
		{"pushed", b.pushed},
		{"binaries", b.binaries},
		{"latency", b.latency},
		{"waiting", b.waiting},
		{"load", b.load},
		{"put", b.puts},
		{"lists", b.lists},
		{"stats", b.statistics},
		{"listcalls", b.listCalls},
		{"console", b.console},
		{"slack", b.slack},
		{"reconcile", b.reconcile},
		{"sessions", b.sessions},
		{"tests", b.tests},
	}
}

func main() {
	strict := flag.Bool("strict", false, "end with status 1 where a budget is missed")
	flag.Parse()
	missed, err := measure(context.Background(), flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	if *strict && missed > 0 {
		os.Exit(1)
	}
}

// measure measures the parts that are named, all for none, prints their figures and
// returns how many budgets are missed.
func measure(ctx context.Context, names []string) (missed int, err error) {
	dir, err := os.MkdirTemp("", "fasttrack-bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	parts, err := chosen((&bench{dir: dir}).parts(), names)
	if err != nil {
		return 0, err
	}
	fmt.Printf("%s, %s/%s, %d processors, %s\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().UTC().Format("2 January 2006"))
	var figures []figure
	for _, p := range parts {
		more, err := p.measure(ctx)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", p.name, err)
		}
		figures = append(figures, more...)
	}
	return printFigures(figures)
}

func chosen(all []part, names []string) ([]part, error) {
	if len(names) == 0 {
		return all, nil
	}
	var parts []part
	for _, name := range names {
		i := slices.IndexFunc(all, func(p part) bool { return p.name == name })
		if i < 0 {
			return nil, fmt.Errorf("unknown part %q", name)
		}
		parts = append(parts, all[i])
	}
	return parts, nil
}

func printFigures(figures []figure) (missed int, err error) {
	if len(figures) == 0 {
		return 0, nil
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "what\tmeasured\tbudget\t")
	budgets := 0
	for _, f := range figures {
		fmt.Fprintf(w, "%s\t%.4g %s\t%s\t%s\n", f.what, f.measured, f.unit, f.limit(), f.held())
		if f.budget != 0 {
			budgets++
		}
		if f.missed() {
			missed++
		}
	}
	if err := w.Flush(); err != nil {
		return missed, err
	}
	fmt.Printf("\n%d of %d budgets held, %d MISSED\n", budgets-missed, budgets, missed)
	return missed, nil
}

// bench keeps what is built for all parts.
type bench struct{ dir string }
