package request

import (
	"context"
	"errors"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/rules/change"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

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
	// What can't be served, or has a warning that its sheet keeps back, is not reviewed.
	file, err := s.Parse("the proposed flows.yaml", raw)
	if err != nil {
		return invalid(rules.Refusef("functions would not serve it: %s", text.Line(err.Error())))
	}
	if err := change.CheckSheet(sheet, file); err != nil {
		return invalid(err)
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
