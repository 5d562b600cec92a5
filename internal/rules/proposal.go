package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// ProposalFlow is the name of the flow in which changes of rules are requested.
const ProposalFlow = "rule-change"

// The fields of a request in that flow.
const (
	FieldDigest = "digest"
	FieldBase   = "base"
	FieldSheet  = "sheet"
	FieldChange = "change"
)

// ProposalFields are they, in the order of a form.
var ProposalFields = []string{FieldDigest, FieldBase, FieldSheet, FieldChange}

// ProposalKept is how long a proposal is kept: longer than any review.
const ProposalKept = 90 * 24 * time.Hour

// Late is how long after its approval a change is still pushed: one that was approved longer
// ago is refused, so that it does not come into force out of the blue.
const Late = 24 * time.Hour

// Sheet is what is attached to a proposal.
type Sheet struct {
	Format int `json:"format"`
	// Digest is that of the proposed text, Base the newest version when it was proposed, 0
	// for none.
	Digest string    `json:"digest"`
	Base   int       `json:"base"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	// Findings are warnings and notes of the check. Strict and Deployed are its flags.
	Findings []string `json:"findings"`
	Strict   bool     `json:"strict,omitempty"`
	Deployed bool     `json:"deployed,omitempty"`
	// Backtest is the report of a backtest of the proposed file, or why it lacks one. It is
	// of the requests made from BacktestFrom to At.
	Backtest     string    `json:"backtest"`
	BacktestFrom time.Time `json:"backtest_from,omitzero"`
}

// Proposal is a proposal as it is stored.
type Proposal struct {
	// Body is the JSON of a [Sheet], Packed the packed text.
	Body, Packed []byte
}

// Proposals stores proposals.
type Proposals interface {
	// PutProposal stores a proposal of a text over a base. One that is stored stays.
	PutProposal(ctx context.Context, digest string, base int, p Proposal, now time.Time) error
	// Proposal returns it; false if it is unknown.
	Proposal(ctx context.Context, digest string, base int) (Proposal, bool, error)
}

// Wanted is what a request in the flow of proposals asks for.
type Wanted struct {
	Digest, Sheet string
	Base          int
}

// WantedBy reads it from the fields of a request.
func WantedBy(r api.Request) (w Wanted, err error) {
	if r.Flow != ProposalFlow {
		return w, Refusef("request %s is of flow %q, not of %s", r.ID, r.Flow, ProposalFlow)
	}
	for name, to := range map[string]any{FieldDigest: &w.Digest, FieldSheet: &w.Sheet, FieldBase: &w.Base} {
		if json.Unmarshal(r.Fields[name], to) != nil {
			return w, Refusef("request %s: field %s is missing or invalid", r.ID, name)
		}
	}
	return w, nil
}

// Find returns the proposed text and its sheet: those that the request names, and no others.
func (w Wanted) Find(ctx context.Context, from Proposals) (Sheet, []byte, error) {
	p, there, err := from.Proposal(ctx, w.Digest, w.Base)
	switch {
	case err != nil:
		return Sheet{}, nil, err
	case !there:
		return Sheet{}, nil, Refusef("unknown proposal %s over version %d", w.Digest, w.Base)
	case Digest(p.Body) != w.Sheet:
		return Sheet{}, nil, Refusef("the stored sheet is not the one that the request names")
	}
	var s Sheet
	if err := json.Unmarshal(p.Body, &s); err != nil {
		return Sheet{}, nil, Refusef("read the proposal: %w", err)
	}
	raw, err := unpack(p.Packed)
	if err != nil {
		return Sheet{}, nil, Refusef("the proposal: %w", err)
	}
	if Digest(raw) != w.Digest || s.Digest != w.Digest || s.Base != w.Base {
		return Sheet{}, nil, Refusef("the stored text is not the one that the request names")
	}
	return s, raw, nil
}

// Approved returns a [Refusal] unless people have approved the request, and nobody who
// asked: neither the requester, nor whom it is for.
func Approved(r api.Request) error {
	if r.Status != api.StatusApproved {
		return Refusef("request %s is %s, not approved", r.ID, r.Status)
	}
	if r.BreakGlass != nil {
		return Refusef("request %s is an emergency that nobody approved", r.ID)
	}
	approvals := 0
	for _, e := range r.History {
		if e.Event != api.EventApprove {
			continue
		}
		if e.Actor.Type != api.ActorUser {
			return Refusef("request %s was approved by %s; a change of rules needs a person's approval", r.ID, e.Actor.Type)
		}
		if isSame(e.Actor, r.Requester) {
			return Refusef("request %s was approved by %s, who requested it", r.ID, e.Actor.ID)
		}
		if r.For != nil && isSame(e.Actor, *r.For) {
			return Refusef("request %s was approved by %s, whom it is for", r.ID, e.Actor.ID)
		}
		approvals++
	}
	if approvals == 0 {
		return Refusef("request %s has no person's approval", r.ID)
	}
	return nil
}

func isSame(a api.Actor, p api.Person) bool {
	return strings.EqualFold(a.ID, p.ID) || a.Email != "" && strings.EqualFold(a.Email, p.Email)
}

// Change is what an approved request changes.
type Change struct {
	Sheet
	// Text is the proposed text.
	Text []byte
}

// Apply pushes what an approved request names, if the newest version is still the one that
// it was proposed over, and nothing became of the request so far. check is a further check
// of what is pushed. The error is a [Refusal] if no retry helps.
func (p Pusher) Apply(ctx context.Context, r api.Request, from interface {
	Proposals
	Outcomes
}, check func(Change) error, v Version) (Version, error) {
	w, err := WantedBy(r)
	if err != nil {
		return Version{}, err
	}
	if err := Approved(r); err != nil {
		return Version{}, err
	}
	became, there, err := from.RulesOutcome(ctx, r.ID)
	switch {
	case err != nil:
		return Version{}, err
	case there && became.Version > 0:
		return Version{}, Refusef("request %s was applied already, as version %d", r.ID, became.Version)
	case there:
		return Version{}, Refusef("request %s was refused: %s", r.ID, became.Why)
	}
	sheet, raw, err := w.Find(ctx, from)
	if err != nil {
		return Version{}, err
	}
	if err := storedByAnother(r, sheet); err != nil {
		return Version{}, err
	}
	_, newest, err := Newest(ctx, p.Table)
	if err != nil {
		return Version{}, err
	}
	if newest != w.Base {
		return Version{}, stale(r, w, newest)
	}
	if err := check(Change{sheet, raw}); err != nil {
		return Version{}, err
	}
	v.Request = r.ID
	pushed, err := p.Push(ctx, v, raw, w.Base)
	if errors.Is(err, ErrChanged) {
		err = fmt.Errorf("request %s: %w", r.ID, err)
	}
	return pushed, err
}

// storedByAnother returns a refusal if who approved also stored the proposal, as its sheet
// says: an AWS session of a person bears the person's name.
func storedByAnother(r api.Request, s Sheet) error {
	session := s.By[strings.LastIndexByte(s.By, '/')+1:]
	for _, e := range r.History {
		if e.Event == api.EventApprove && session != "" && (strings.EqualFold(e.Actor.ID, session) || strings.EqualFold(e.Actor.Email, session)) {
			return Refusef("request %s was approved by %s, who stored the proposal as %s", r.ID, e.Actor.ID, s.By)
		}
	}
	return nil
}

func stale(r api.Request, w Wanted, newest int) Refusal {
	return Refusef("request %s is stale: it was proposed over version %d, and version %d was pushed since: %w; propose it again", r.ID, w.Base, newest, ErrChanged)
}
