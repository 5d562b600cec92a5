// Command bench measures the budgets of docs/performance.md on this machine and
// prints each beside its budget. Figures that are ratios are measured side by
// side in one run.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"text/tabwriter"
)

// figure is one line of the table.
type figure struct {
	what     string
	measured float64
	unit     string
	budget   float64 // 0 where there is none
}

func (f figure) limit() string {
	if f.budget == 0 {
		return "none"
	}
	return fmt.Sprintf("≤ %.4g %s", f.budget, f.unit)
}

func (f figure) held() string {
	if f.budget == 0 {
		return ""
	}
	if f.measured <= f.budget {
		return "held"
	}
	return "MISSED"
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "fasttrack-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{dir: dir}
	var figures []figure
	for _, part := range []func(context.Context) ([]figure, error){b.costs, b.coldStarts, b.latency, b.load} {
		more, err := part(ctx)
		if err != nil {
			return err
		}
		figures = append(figures, more...)
	}
	fmt.Printf("%s, %s/%s, %d processors\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "what\tmeasured\tbudget\t")
	for _, f := range figures {
		fmt.Fprintf(w, "%s\t%.4g %s\t%s\t%s\n", f.what, f.measured, f.unit, f.limit(), f.held())
	}
	return w.Flush()
}

// bench keeps what is built for all parts.
type bench struct{ dir string }
