package request

import (
	"context"
	"errors"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/rules/change"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// maxRuleDiff is how much of a difference is shown, in bytes.
const maxRuleDiff = 100_000

// Proposals are proposed rules and what became of them.
type Proposals interface {
	rules.Source
	rules.Proposals
	RulesOutcome(ctx context.Context, request string) (rules.Outcome, bool, error)
}

// checkProposal refuses a request for a change that shows another difference than that of
// the text it names: people would approve what they did not read.
func (s service) checkProposal(ctx context.Context, r *run.Run) error {
	if s.Proposals == nil || r.Flow.Name != rules.ProposalFlow {
		return nil
	}
	invalid := func(err error) error {
		if refusal, is := errors.AsType[rules.Refusal](err); is {
			return httpapi.InvalidBody(flow.FieldError{Field: "fields." + rules.FieldDigest, Detail: "must name a proposal that `fasttrack flows push --propose` stored: " + refusal.Error()})
		}
		return err
	}
	v := r.View()
	w, err := rules.WantedBy(v)
	if err != nil {
		return invalid(err)
	}
	sheet, raw, err := w.Find(ctx, s.Proposals)
	if err != nil {
		return invalid(err)
	}
	before, err := s.baseText(ctx, w.Base)
	if err != nil {
		return invalid(err)
	}
	if err := change.Check(v, before, rules.Change{Sheet: sheet, Text: raw}); err != nil {
		return httpapi.InvalidBody(flow.FieldError{Field: "fields." + rules.FieldChange, Detail: "must be the difference of the proposed text, as `fasttrack flows push --propose` writes it"})
	}
	return nil
}

// baseText returns the text of a version, nil for the deployed file. Its signature was
// verified by who serves it; here it only shows what differs.
func (s service) baseText(ctx context.Context, number int) ([]byte, error) {
	if number == 0 {
		return nil, nil
	}
	stored, there, err := s.Proposals.Rules(ctx, number)
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, rules.Refusef("unknown version %d", number)
	}
	v, err := stored.Read()
	if err != nil {
		return nil, rules.Refusef("version %d: %w", number, err)
	}
	if v.Shipped() {
		return nil, nil
	}
	raw, err := stored.Text(v)
	if err != nil {
		return nil, rules.Refusef("version %d: %w", number, err)
	}
	return raw, nil
}

// addRuleChange adds what a request for a change proposes, and what became of it. What can't
// be read, the view says so: the rest is worth reading.
func (s service) addRuleChange(ctx context.Context, c *httpapi.Call, r *run.Run, v *api.Request) {
	if s.Proposals == nil || r.Flow.Name != rules.ProposalFlow || c.Slack != nil {
		return
	}
	w, err := rules.WantedBy(*v)
	if err != nil {
		return // a request of before: its fields say what it is
	}
	shown := &api.RuleChange{Base: w.Base, Digest: w.Digest, Changes: []string{}, Findings: []string{}, State: ruleChangeState(r.Status)}
	v.RuleChange = shown
	if err := s.readRuleChange(ctx, r.ID, w, shown); err != nil {
		shown.Error = "It can't be read at the moment."
		if refusal, is := errors.AsType[rules.Refusal](err); is {
			shown.Error = text.Line(refusal.Error())
		} else {
			c.Log.Error("cannot read a proposal", "error", err.Error())
		}
	}
}

func ruleChangeState(status run.Status) string {
	switch {
	case status == run.Approved:
		return api.RuleChangeApproved
	case status.Decided():
		return api.RuleChangeDropped
	}
	return api.RuleChangeProposed
}

func (s service) readRuleChange(ctx context.Context, id string, w rules.Wanted, shown *api.RuleChange) error {
	became, there, err := s.Proposals.RulesOutcome(ctx, id)
	if err != nil {
		return err
	}
	if there {
		shown.State, shown.Version, shown.At, shown.Why = api.RuleChangePushed, became.Version, became.At, text.Line(became.Why)
		if became.Version == 0 {
			shown.State = api.RuleChangeRefused
		}
	}
	newest, there, err := s.Proposals.LatestRules(ctx)
	if err != nil {
		return err
	}
	if there {
		latest, _ := newest.Read() // as far as it can be read
		shown.Newest = latest.Number
	}
	sheet, raw, err := w.Find(ctx, s.Proposals)
	if err != nil {
		return err
	}
	before, err := s.baseText(ctx, w.Base)
	if err != nil {
		return err
	}
	shown.By, shown.ProposedAt, shown.Backtest = text.Line(sheet.By), sheet.At, text.Visible(sheet.Backtest)
	for _, found := range sheet.Findings {
		shown.Findings = append(shown.Findings, text.Line(found))
	}
	for line := range strings.Lines(change.Summary(before, raw)) {
		shown.Changes = append(shown.Changes, text.Line(strings.TrimSuffix(line, "\n")))
	}
	shown.Diff, shown.DiffCut = change.Diff(before, raw, maxRuleDiff)
	shown.Diff = text.Visible(shown.Diff)
	return nil
}
