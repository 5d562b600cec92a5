package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/rules/change"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// proposalReview compares the sheet of a proposal with one that is computed here.
type proposalReview struct {
	Request string `json:"request"`
	Digest  string `json:"digest"`
	Base    int    `json:"base"`
	// Stale reports that another version was pushed since.
	Stale    bool               `json:"stale"`
	Findings compared[[]string] `json:"findings"`
	// Backtest is nil with --backtest none.
	Backtest *compared[string] `json:"backtest,omitempty"`
	Same     bool              `json:"same"`
}

// compared is something as it was filed and as it is here.
type compared[T any] struct {
	Filed T    `json:"filed"`
	Here  T    `json:"here"`
	Same  bool `json:"same"`
}

func newFlowsReviewCommand(p Process) *cobra.Command {
	var c flowsPush
	cmd := &cobra.Command{
		Use:   "review ID",
		Short: "Compute the findings and the backtest of a proposed change again",
		Long: `Check the flows.yaml that a request of the flow rule-change proposes, and backtest it with
the same past requests: on this machine, from the stored text, with the flags of the
check that its proposer gave. Print what differs from what was filed. The exit code is 1
if anything does, or if no backtest was filed. Notes of what was not checked are each
machine's own, and do not count.

--binary is the hook function to check and backtest with; without it, that of
build/HooksFunction/bootstrap, if it is there. A backtest also differs if people decided
some of its requests since, or if the hooks look up what has changed.

It needs the AWS credentials of flows push --propose, and pushes nothing.`,
		Example: "  fasttrack flows review 01JD0000000000000000000000 --binary hooks/\n  fasttrack flows review 01JD0000000000000000000000 --backtest none",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if c.since != "" && c.since != "none" {
				return usageError{fmt.Errorf("--backtest must be none, or left out to backtest as the proposal was, got %q", c.since)}
			}
			found, err := c.review(cmd.Context(), p, args[0])
			if err != nil {
				return err
			}
			if c.caller.json {
				err = printJSON(cmd.OutOrStdout(), found)
			} else {
				err = found.print(cmd.OutOrStdout())
			}
			if err == nil && !found.Same {
				err = errReported
			}
			return err
		},
	}
	c.flags(cmd, p)
	c.caller.flags(cmd, p)
	cmd.Flags().Lookup("json").Usage = "print as JSON"
	cmd.Flags().StringVar(&c.check.binary, "binary", "", "the `FILE` of the hook function to check and backtest with, or the folder of its code")
	cmd.Flags().StringVar(&c.since, "backtest", "", "none to compare the findings alone")
	return cmd
}

// review computes the sheet of a request again.
func (c *flowsPush) review(ctx context.Context, p Process, id string) (found proposalReview, err error) {
	request, _, err := c.caller.run(ctx, id)
	if err != nil {
		return found, err
	}
	wanted, err := rules.WantedBy(request)
	if err != nil {
		return found, err
	}
	to, err := c.open(ctx, p)
	if err != nil {
		return found, err
	}
	sheet, raw, err := wanted.Find(ctx, to)
	if err != nil {
		return found, err
	}
	before, err := to.base(ctx, sheet.Base)
	if err != nil {
		return found, err
	}
	if err := change.Check(request, before, rules.Change{Sheet: sheet, Text: raw}); err != nil {
		return found, err
	}
	newest, _, err := to.newest(ctx)
	if err != nil {
		return found, err
	}
	found = proposalReview{Request: request.ID, Digest: sheet.Digest, Base: sheet.Base, Stale: newest.Number != sheet.Base}
	dir, err := os.MkdirTemp("", "fasttrack-review-")
	if err != nil {
		return found, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, change.FileName)
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		return found, err
	}
	if built := builtHooks(change.FileName); c.check.binary == "" && fileExists(built) {
		c.check.binary = built
	}
	if found.Findings, err = c.findAgain(ctx, path, sheet); err != nil {
		return found, err
	}
	if c.since == "" {
		again, err := c.backtestAgain(ctx, p, path, sheet)
		if err != nil {
			return found, err
		}
		found.Backtest = &again
	}
	found.Same = found.Findings.Same && (found.Backtest == nil || found.Backtest.Same)
	return found, nil
}

// findAgain checks a proposed file as its proposer did.
func (c *flowsPush) findAgain(ctx context.Context, path string, sheet rules.Sheet) (compared[[]string], error) {
	c.check.stack, c.check.endpoint, c.check.strict, c.check.deployed = c.stack, c.endpoint, sheet.Strict, sheet.Deployed
	report, err := c.check.check(ctx, path)
	if err != nil {
		return compared[[]string]{}, err
	}
	here := report.lines()
	for _, mistake := range report.Errors {
		here = append(here, mistake.In(change.FileName))
	}
	return compared[[]string]{sheet.Findings, here, sameFindings(sheet.Findings, here)}, nil
}

// counting are the findings that count, sorted: notes are each machine's own.
func counting(findings []string) []string {
	all := slices.DeleteFunc(slices.Clone(findings), func(f string) bool { return strings.HasPrefix(f, "note: ") })
	slices.Sort(all)
	return all
}

func sameFindings(filed, here []string) bool { return slices.Equal(counting(filed), counting(here)) }

// triedWith is the part of a backtest that names the hook function, as each machine calls it.
var triedWith = regexp.MustCompile(`^([^\n]*), tried with [^\n]*`)

// backtestAgain makes the backtest of a sheet again.
func (c *flowsPush) backtestAgain(ctx context.Context, p Process, path string, sheet rules.Sheet) (compared[string], error) {
	if strings.HasPrefix(sheet.Backtest, notMade) {
		return compared[string]{Filed: sheet.Backtest}, nil
	}
	if sheet.BacktestFrom.IsZero() {
		return compared[string]{}, errors.New("the proposal does not say of which requests its backtest is; an older release made it: --backtest none compares the findings alone")
	}
	here, err := c.backtest(ctx, p, path, sheet)
	if err != nil {
		return compared[string]{}, fmt.Errorf("backtest: %w", err)
	}
	return compared[string]{sheet.Backtest, here, sameBacktest(sheet.Backtest, here)}, nil
}

func sameBacktest(filed, here string) bool {
	return triedWith.ReplaceAllString(filed, "$1") == triedWith.ReplaceAllString(here, "$1")
}

// print prints what differs.
func (r proposalReview) print(w io.Writer) error {
	var b strings.Builder
	if r.Stale {
		fmt.Fprintln(&b, "This is stale: another version was pushed since. Approving it changes nothing.")
	}
	differs := func(what, filed, here string) {
		fmt.Fprintln(&b, what+":")
		for line := range strings.Lines(string(diff.Diff("filed", []byte(filed), "here", []byte(here)))) {
			if !strings.HasPrefix(line, "diff ") {
				fmt.Fprintln(&b, "  "+text.Line(strings.TrimSuffix(line, "\n")))
			}
		}
	}
	if r.Findings.Same {
		fmt.Fprintf(&b, "The findings are those that were filed: %d.\n", len(counting(r.Findings.Here)))
	} else {
		differs("The findings differ", strings.Join(counting(r.Findings.Filed), "\n")+"\n", strings.Join(counting(r.Findings.Here), "\n")+"\n")
	}
	switch {
	case r.Backtest == nil:
		fmt.Fprintln(&b, "The backtest was not made again: --backtest none.")
	case r.Backtest.Same:
		fmt.Fprintln(&b, "The backtest is the one that was filed.")
	case r.Backtest.Here == "":
		fmt.Fprintf(&b, "No backtest was filed: %s. `fasttrack backtest` makes one.\n", text.Line(strings.TrimPrefix(r.Backtest.Filed, notMade)))
	default:
		differs("The backtest differs", r.Backtest.Filed, r.Backtest.Here)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
