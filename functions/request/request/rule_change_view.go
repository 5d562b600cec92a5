package request

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/rules/change"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// maxRuleDiff is how much of a difference is shown, in bytes.
const maxRuleDiff = 100_000

// slow is how long after an approval a view says why nothing became of it.
const slow = 10 * time.Minute

// addRuleChange adds what a request for a change proposes, and what became of it. What can't
// be read, the view says so: the rest is worth reading.
func (s service) addRuleChange(ctx context.Context, c *httpapi.Call, r *run.Run, v *api.Request) {
	if w, is := s.addRulesOutcome(ctx, c, r, v); is && v.RuleChange.Error == "" {
		s.noteUnreadable(c, v.RuleChange, s.readRuleChange(ctx, w, v.RuleChange))
	}
}

// addRulesOutcome adds what became of a request for a change, or why nothing did. It
// reports whether the request is one.
func (s service) addRulesOutcome(ctx context.Context, c *httpapi.Call, r *run.Run, v *api.Request) (rules.Wanted, bool) {
	if r.Flow.Name != rules.ProposalFlow || c.Slack != nil {
		return rules.Wanted{}, false
	}
	w, err := rules.WantedBy(*v)
	if err != nil {
		return w, false // a request of before: its fields say what it is
	}
	shown := &api.RuleChange{Base: w.Base, Digest: w.Digest, Changes: []string{}, Warnings: []string{}, Findings: []string{}, State: ruleChangeState(r.Status)}
	v.RuleChange = shown
	if s.Proposals == nil {
		shown.Error = "This deployment takes no pushed rules: nothing is pushed by it."
	} else {
		s.noteUnreadable(c, shown, s.readRulesOutcome(ctx, r.ID, shown))
	}
	shown.Waits = s.whyNothing(r, shown)
	return w, true
}

// noteUnreadable notes in a view why something can't be read.
func (s service) noteUnreadable(c *httpapi.Call, shown *api.RuleChange, err error) {
	if err == nil {
		return
	}
	shown.Error = "It can't be read at the moment."
	if refusal, is := errors.AsType[rules.Refusal](err); is {
		shown.Error = text.Line(refusal.Error())
	} else {
		c.Log.Error("cannot read a proposal", "error", err.Error())
	}
}

// whyNothing returns why nothing became of an approved change so far, "" if it is too early
// to say or something did.
func (s service) whyNothing(r *run.Run, shown *api.RuleChange) string {
	if shown.State != api.RuleChangeApproved || r.Decision == nil {
		return ""
	}
	at, since := r.Decision.At.UTC().Format("2006-01-02 15:04 UTC"), s.Now().Sub(r.Decision.At)
	switch {
	case s.Proposals == nil:
		return "not pushed: this deployment takes no pushed rules; deploy it with PushedRules=true, and propose again"
	case shown.Error != "":
		return "what became of it can't be read at the moment"
	case since >= rules.Late:
		return "approved at " + at + ", more than 24 hours ago: it is not pushed any more; propose it again, and see why functions/apply did not run"
	case since >= slow:
		return "approved at " + at + ", and functions/apply has neither pushed nor refused it: its log says why, and alarms ApplyErrors and ApplySilent; `fasttrack flows apply " + r.ID + "` pushes it by hand"
	}
	return ""
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

// readRulesOutcome reads what became of a request, and the newest version.
func (s service) readRulesOutcome(ctx context.Context, id string, shown *api.RuleChange) error {
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
	return nil
}

func (s service) readRuleChange(ctx context.Context, w rules.Wanted, shown *api.RuleChange) error {
	sheet, raw, err := w.Find(ctx, s.Proposals)
	if err != nil {
		return err
	}
	before, err := s.baseText(ctx, w.Base)
	if err != nil {
		return err
	}
	shown.By, shown.ProposedAt, shown.Backtest = text.Line(sheet.By), sheet.At, text.Visible(sheet.Backtest)
	warnings := []string{}
	if file, err := s.Parse("the proposed flows.yaml", raw); err != nil {
		shown.Warnings = append(shown.Warnings, "functions would not serve it: "+text.Line(err.Error()))
	} else {
		warnings = change.Warnings(file)
	}
	for _, w := range warnings {
		shown.Warnings = append(shown.Warnings, text.Line(w))
	}
	for _, found := range change.Others(sheet, warnings) {
		shown.Findings = append(shown.Findings, text.Line(found))
	}
	for line := range strings.Lines(change.Summary(before, raw)) {
		shown.Changes = append(shown.Changes, text.Line(strings.TrimSuffix(line, "\n")))
	}
	shown.Diff, shown.DiffCut = change.Diff(before, raw, maxRuleDiff)
	shown.Diff = text.Visible(shown.Diff)
	return nil
}
