package apply

import (
	"context"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/rules/change"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// By is who a version says to have pushed it. Who approved it, its request says.
const By = "functions/apply"

// maxNote is how much of a reason the history of versions shows, in characters.
const maxNote = 200

// push pushes what an approved request proposes. The error is a [rules.Refusal] if it must
// not be pushed.
func (h *Handler) push(ctx context.Context, id string, rec store.Record) (rules.Version, error) {
	r := rec.Run
	if err := r.VerifyRecord(id, rec.Context); err != nil {
		return rules.Version{}, rules.Refusef("the record of the request is broken: %w", err)
	}
	if d := r.Decision; d == nil || h.Now().Sub(d.At) > rules.Late {
		return rules.Version{}, rules.Refusef("it was approved more than 24 hours ago; propose it again")
	}
	pusher := rules.Pusher{Table: h.Table, Sign: h.Sign, Now: h.Now}
	v := rules.Version{By: By, Release: h.Release, Note: text.Line(clipped(r.Reason))}
	return pusher.Apply(ctx, r.View(), h.Table, func(c rules.Change) error { return h.check(ctx, r, c) }, v)
}

// check checks a change against the version that it was proposed over, which is the newest.
func (h *Handler) check(ctx context.Context, r *run.Run, c rules.Change) error {
	before, served, err := h.served(ctx, c.Base)
	if err != nil {
		return err
	}
	// A flow that the present rules lack, or that functions would not have taken, has no
	// say about them.
	f, there := served.Find(rules.ProposalFlow)
	if !there {
		return rules.Refusef("the present rules have no flow %s", rules.ProposalFlow)
	}
	if why := f.WhyNoRuleChange(); len(why) > 0 {
		return rules.Refusef("the present flow %s lets others approve than people: %s", rules.ProposalFlow, why[0].Detail)
	}
	if err := approvedToday(r, served.Today()); err != nil {
		return err
	}
	if err := change.Check(r.View(), before, c); err != nil {
		return err
	}
	return h.valid(c)
}

// valid checks that functions will serve a change.
func (h *Handler) valid(c rules.Change) error {
	file, err := h.Parse("the proposed flows.yaml", c.Text)
	if err != nil {
		return rules.Refusef("functions would not serve it: %w", err)
	}
	if len(file.Refused) > 0 {
		return rules.Refusef("the proposed flows.yaml: %s: %s", file.Refused[0].Path, file.Refused[0].Detail)
	}
	return nil
}

// served returns the newest version, which must be one that functions serve: its text, nil
// of the deployed file, and its flows.
func (h *Handler) served(ctx context.Context, number int) ([]byte, *flow.File, error) {
	if number == 0 {
		file, err := h.Deployed()
		return nil, file, err
	}
	key, err := h.Key(ctx)
	if err != nil {
		return nil, nil, err
	}
	s, there, err := h.Table.Rules(ctx, number)
	if err != nil {
		return nil, nil, err
	}
	if !there {
		return nil, nil, rules.Refusef("version %d is missing; roll back first", number)
	}
	v, err := rules.Open(key, s)
	if err == nil && v.Number != number {
		err = fmt.Errorf("it is stored as version %d", number)
	}
	if err != nil {
		return nil, nil, rules.Refusef("version %d is not served: %w; roll back first", number, err)
	}
	if v.Shipped() {
		file, err := h.Deployed()
		return nil, file, err
	}
	raw, err := s.Text(v)
	if err != nil {
		return nil, nil, rules.Refusef("version %d is not served: %w; roll back first", number, err)
	}
	file, err := h.Parse(v.String(), raw)
	if err != nil {
		return nil, nil, rules.Refusef("version %d is not served: %w; roll back first", number, err)
	}
	return raw, file, nil
}

// approvedToday returns a refusal unless all whose approvals count may approve the request
// by the present rules.
func approvedToday(r *run.Run, t *run.Today) error {
	if r.Review == nil || len(r.Review.ApprovedBy) == 0 {
		return rules.Refusef("nobody's approval counts")
	}
	for _, a := range r.Review.ApprovedBy {
		if err := r.MayAct(run.Approve, a.Person, t); err != nil {
			return rules.Refusef("the approval of %s does not count: %w", a.ID, err)
		}
	}
	return nil
}

// pushedBefore returns the version that names a request, 0 for none: a person can have
// pushed it with a release that kept no outcomes.
func (h *Handler) pushedBefore(ctx context.Context, id string, r *run.Run) (int, error) {
	w, err := rules.WantedBy(r.View())
	if err != nil {
		return 0, nil //nolint:nilerr // what names no version was not pushed
	}
	s, there, err := h.Table.Rules(ctx, w.Base+1)
	if err != nil || !there {
		return 0, err
	}
	key, err := h.Key(ctx)
	if err != nil {
		return 0, err
	}
	v, err := rules.Open(key, s)
	if err != nil || v.Request != id || v.Digest != w.Digest {
		return 0, nil //nolint:nilerr // nor is one that nobody signed
	}
	return v.Number, nil
}

func clipped(s string) string {
	if runes := []rune(s); len(runes) > maxNote {
		return string(runes[:maxNote])
	}
	return s
}
