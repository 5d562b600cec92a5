package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/period"
	"github.com/fasttrack-dev/fasttrack/internal/release"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/rules/change"
	"github.com/fasttrack-dev/fasttrack/internal/signed"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// proposal is a file that is proposed.
type proposal struct {
	to     *pushedTo
	path   string
	raw    []byte
	before []byte
	base   int
	found  checkReport
}

// notMade begins the backtest of a sheet without one: why follows.
const notMade = "not made: "

// propose stores a proposal and files the request for it.
func (c *flowsPush) propose(cmd *cobra.Command, p Process, of proposal) error {
	ctx := cmd.Context()
	by, err := signed.CallerARN(ctx, of.to.cfg)
	if err != nil {
		return err
	}
	sheet := rules.Sheet{
		Format: rules.Format, Digest: rules.Digest(of.raw), Base: of.base, At: p.Now().UTC().Truncate(time.Second), By: by,
		Findings: of.found.lines(), Strict: c.check.strict, Deployed: c.check.deployed,
		Backtest: notMade + "--backtest none",
	}
	if c.since != "none" {
		if sheet.BacktestFrom, err = period.ParseTime(c.since, sheet.At); err != nil {
			return usageError{fmt.Errorf("--backtest %w", err)}
		}
		if sheet.Backtest, err = c.backtest(ctx, p, of.path, sheet); err != nil {
			sheet.Backtest = notMade + text.Line(err.Error())
		}
	}
	var stored rules.Proposal
	if stored.Packed, err = rules.Pack(of.raw); err != nil {
		return err
	}
	if stored.Body, err = json.Marshal(sheet); err != nil {
		return err
	}
	if err := of.to.PutProposal(ctx, sheet.Digest, sheet.Base, stored, p.Now()); err != nil {
		return err
	}
	if kept, there, err := of.to.Proposal(ctx, sheet.Digest, sheet.Base); err != nil || !there {
		return errors.Join(errors.New("the proposal can't be read back"), err)
	} else { //nolint:revive // kept belongs to the read
		stored = kept
	}
	in := api.CreateInput{Flow: rules.ProposalFlow, Reason: c.note, Fields: map[string]any{
		rules.FieldDigest: sheet.Digest, rules.FieldBase: sheet.Base, rules.FieldSheet: rules.Digest(stored.Body), rules.FieldChange: change.Field(of.before, of.raw),
	}}
	v, response, err := call(ctx, &c.caller, func(client *api.Client, capture api.CallOption) (*api.Request, error) {
		return client.Create(ctx, in, capture)
	})
	if err != nil {
		return err
	}
	if c.caller.json {
		return printRaw(cmd.OutOrStdout(), response.Body)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "Request %s proposes this file over version %d.\nLook at it with `fasttrack flows diff --request %s`. Once it is approved, it is pushed.\n", v.ID, of.base, v.ID)
	return err
}

// lines are the findings as a sheet has them.
func (r checkReport) lines() []string {
	var b bytes.Buffer
	r.File = change.FileName
	r.warn(&b)
	if b.Len() == 0 {
		return []string{}
	}
	return strings.Split(strings.TrimSpace(b.String()), "\n")
}

// backtest returns the report of a backtest of a file, of the requests that a sheet is about.
func (c *flowsPush) backtest(ctx context.Context, p Process, path string, of rules.Sheet) (string, error) {
	args := []string{"--from", of.BacktestFrom.UTC().Format(time.RFC3339), "--to", of.At.UTC().Format(time.RFC3339), "--table", c.name, "--flows", path}
	if c.endpoint != "" {
		args = append(args, "--endpoint-url", c.endpoint)
	}
	if c.check.binary != "" {
		args = append(args, "--binary", c.check.binary)
	}
	var out, errs bytes.Buffer
	cmd := newBacktestCommand(p)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&errs)
	if err := cmd.ExecuteContext(ctx); err != nil {
		return "", err
	}
	return out.String(), nil
}

func newFlowsApplyCommand(p Process) *cobra.Command {
	var r pushedRules
	var a caller
	cmd := &cobra.Command{
		Use:   "apply ID",
		Short: "Push the flows.yaml that an approved request proposes, where the deployment did not",
		Long: `Push the flows.yaml that a request of the flow rule-change proposes, once people have
approved it. A deployment does so itself within seconds; this is for one whose function
functions/apply does not work. It is the very text that the request names by its digest.
The request must be approved by people, and not by who proposed it. If another version
was pushed since, the request is stale and nothing is pushed.

It needs the same rights as flows push. The request is read from the API.`,
		Example: "  fasttrack flows apply 01JD0000000000000000000000",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			request, _, err := a.run(ctx, args[0])
			if err != nil {
				return err
			}
			to, err := r.open(ctx, p)
			if err != nil {
				return err
			}
			v := rules.Version{Release: release.Version(), Note: text.Line(clipped(request.Reason, 200))}
			if v.By, err = signed.CallerARN(ctx, to.cfg); err != nil {
				return err
			}
			check := func(c rules.Change) error {
				before, err := to.base(ctx, c.Base)
				if err != nil {
					return err
				}
				return change.Check(request, before, c)
			}
			pushed, err := to.pusher(p).Apply(ctx, request, to, check, v)
			if err != nil {
				return err
			}
			if a.json {
				return printJSON(cmd.OutOrStdout(), pushed)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Version %d was pushed, as request %s proposes. Functions take it within %s.\n", pushed.Number, request.ID, rules.Every)
			return err
		},
	}
	r.flags(cmd, p)
	a.flags(cmd, p)
	return cmd
}

func clipped(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n])
	}
	return s
}
