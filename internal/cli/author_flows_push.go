package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/release"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/signed"
)

// flowsPush has the flags of the command.
type flowsPush struct {
	pushedRules
	check       flowsCheck
	caller      caller
	note, since string
	expect      int
	dryRun      bool
	proposes    bool
}

// pushReport is what the command prints as JSON.
type pushReport struct {
	rules.Version
	// Pushed is false if nothing was pushed: a dry run, or the same text.
	Pushed bool `json:"pushed"`
	// Changes are the flows that are added, changed or removed; none are known where the
	// deployed file is served.
	Changes flow.Changes `json:"changes"`
}

func newFlowsPushCommand(p Process) *cobra.Command {
	var c flowsPush
	cmd := &cobra.Command{
		Use:   "push [FILE]",
		Short: "Have a deployment take another flows.yaml, without deploying",
		Long: `Check flows.yaml, sign it and store it as the newest version. Functions take it within
30 seconds. Each request is decided by one version from end to end, and its history
names it (rules_version).

Nothing is pushed if the file has a mistake, or if somebody else has pushed meanwhile.
A version that functions can't serve, such as one for a newer release, leaves them with
the version before, and raises an alarm.

Whoever may push decides who may approve what. It needs your own AWS credentials with the
policy PushRulesPolicy of the stack (kms:Sign; dynamodb:GetItem, Query and PutItem on
RULES), and a stack with PushedRules=true.`,
		Example: "  fasttrack flows push --stage prod --note 'grace joins the approvers'\n  fasttrack flows push --dry-run\n  fasttrack flows push --propose --note 'grace joins the approvers'\n  fasttrack flows push --stack local",
		Args:    usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := rules.CheckNote(c.note); err != nil {
				return usageError{fmt.Errorf("--note: %w", err)}
			}
			if c.proposes && c.dryRun {
				return usageError{errors.New("--propose can't be used with --dry-run")}
			}
			return c.run(cmd, p, flowsFile(args))
		},
	}
	c.flags(cmd, p)
	cmd.Flags().StringVar(&c.note, "note", "", "`TEXT` that the history of versions shows")
	cmd.Flags().IntVar(&c.expect, "expect", -1, "push only if the newest version is `NUMBER`; 0 for none")
	cmd.Flags().BoolVar(&c.dryRun, "dry-run", false, "push nothing; print the difference")
	cmd.Flags().BoolVar(&c.proposes, "propose", false, "push nothing; request the change in the flow rule-change, with the difference, the findings of the check and a backtest")
	cmd.Flags().StringVar(&c.since, "backtest", "30d", "with --propose, the `TIME` that the backtest goes back; none for no backtest")
	c.caller.callsAPI = func() bool { return c.proposes }
	c.caller.flags(cmd, p)
	cmd.Flags().Lookup("json").Usage = "print as JSON"
	cmd.Flags().StringVar(&c.check.binary, "binary", "", "the `FILE` of the hook function to compare with, as in flows check")
	cmd.Flags().BoolVar(&c.check.strict, "strict", false, "for production: also refuse what flows check --strict refuses")
	cmd.Flags().BoolVar(&c.check.deployed, "deployed", false, "also compare with the stack, as flows check --deployed does")
	return cmd
}

// checked reads and checks a file. The report has what is no mistake.
func (c *flowsPush) checked(ctx context.Context, path string) ([]byte, checkReport, error) {
	c.check.stack, c.check.endpoint = c.stack, c.endpoint
	report, err := c.check.check(ctx, path)
	if err != nil {
		return nil, report, err
	}
	if !report.OK {
		return nil, report, &flow.Errors{Name: report.File, List: report.Errors}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, report, fmt.Errorf("read flows: %w", err)
	}
	_, err = loadAt(path, c.stage)
	return raw, report, err
}

// warn prints what a check found that is no mistake.
func (r checkReport) warn(w io.Writer) {
	for _, found := range r.Warnings {
		found.Detail = "warning: " + found.Detail
		fmt.Fprintln(w, found.In(r.File))
	}
	for _, note := range r.Notes {
		fmt.Fprintln(w, "note: "+note)
	}
}

func (c *flowsPush) run(cmd *cobra.Command, p Process, path string) error {
	ctx, out := cmd.Context(), cmd.OutOrStdout()
	raw, found, err := c.checked(ctx, path)
	if err != nil {
		return err
	}
	to, err := c.open(ctx, p)
	if err != nil {
		return err
	}
	newest, _, err := to.newest(ctx)
	if err != nil {
		return err
	}
	if c.expect >= 0 && c.expect != newest.Number {
		return ofPush(fmt.Errorf("the newest version is %d, not %d: %w", newest.Number, c.expect, rules.ErrChanged))
	}
	before, err := to.before(ctx, newest)
	if err != nil {
		return err
	}
	found.warn(cmd.ErrOrStderr())
	report := pushReport{Version: newest, Changes: flow.Changes{Added: []string{}, Changed: []string{}, Removed: []string{}}}
	if before != nil {
		report.Changes = flow.Compare(before, raw)
	}
	switch {
	case c.proposes && to.watch.Refused() != "":
		return fmt.Errorf("the newest version is not served: %s; push a better one, or roll back, before you propose over it", to.watch.Refused())
	case c.proposes:
		return c.propose(cmd, p, proposal{to: to, path: path, raw: raw, before: before, base: newest.Number, found: found})
	case c.dryRun && !c.caller.json:
		return printDifference(out, to.watch.Version().String(), path, before, raw)
	case c.dryRun:
		return printJSON(out, report)
	case newest.Digest == rules.Digest(raw) && to.watch.Refused() == "":
		if c.caller.json {
			return printJSON(out, report)
		}
		_, err := fmt.Fprintf(out, "Version %d has this text already. Nothing was pushed.\n", newest.Number)
		return err
	}
	by, err := signed.CallerARN(ctx, to.cfg)
	if err != nil {
		return err
	}
	report.Version, err = to.pusher(p).Push(ctx, rules.Version{By: by, Note: c.note, Release: release.Version()}, raw, newest.Number)
	if err != nil {
		return ofPush(err)
	}
	report.Pushed = true
	if c.caller.json {
		return printJSON(out, report)
	}
	fmt.Fprintf(out, "Version %d was pushed. Functions take it within %s.\n", report.Number, rules.Every)
	for _, line := range report.Changes.Lines() {
		fmt.Fprintln(out, "  "+line)
	}
	return nil
}

// before returns the text that functions serve, nil if that is the deployed file.
func (to *pushedTo) before(ctx context.Context, newest rules.Version) ([]byte, error) {
	if newest.Number == 0 {
		return nil, nil
	}
	served, _, err := to.served(ctx)
	if err != nil || served.Number == 0 {
		return nil, nil //nolint:nilerr // a better version is what helps then
	}
	_, raw, err := to.text(ctx, served.Number)
	return raw, err
}

// printDifference prints the difference of two texts as a unified diff.
func printDifference(w io.Writer, nameBefore, nameAfter string, before, after []byte) error {
	if before == nil && after != nil {
		_, err := fmt.Fprintf(w, "%s is served, which can't be read from here. %s would be all new.\n", upperFirst(nameBefore), nameAfter)
		return err
	}
	difference := diff.Diff(nameBefore, before, nameAfter, after)
	if difference == nil {
		_, err := fmt.Fprintf(w, "%s and %s are the same.\n", upperFirst(nameBefore), nameAfter)
		return err
	}
	_, rest, _ := strings.Cut(string(difference), "\n") // the command line of a diff
	_, err := io.WriteString(w, rest)
	return err
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

var errNothingPushed = errors.New("no version was pushed; the deployed flows.yaml is served")
