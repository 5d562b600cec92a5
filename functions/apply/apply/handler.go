// Package apply is the work of functions/apply: an approved request of the flow rule-change
// has the version pushed that it proposes. The function believes no event: the table says
// what was approved, and by whom.
package apply

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// tries is how often a request is looked at before a version that is pushed meanwhile makes
// the call fail.
const tries = 3

// atOnce is how many requests a sweep looks at.
const atOnce = 50

// Table is the part of [store.Store] that is used.
type Table interface {
	rules.Table
	rules.Proposals
	rules.Outcomes
	LoadStored(ctx context.Context, id string) (rec store.Record, unreadable, err error)
	Flow(ctx context.Context, flow string, q store.Query, now time.Time, wanted func(run.Summary) bool) (store.Page, error)
}

// Bus publishes events. An event may be published again: its id is the same.
type Bus interface {
	Publish(ctx context.Context, events []api.Event) error
}

// Deps are the dependencies of a [Handler].
type Deps struct {
	Table Table
	Bus   Bus
	// Sign signs with the key of the rules, whose public half Key returns.
	Sign rules.Sign
	Key  func(ctx context.Context) (*ecdsa.PublicKey, error)
	// Deployed reads the flows.yaml beside the binary, Parse one that was pushed.
	Deployed func() (*flow.File, error)
	Parse    func(name string, raw []byte) (*flow.File, error)
	// Release is that of the function.
	Release string
	// Now is time.Now unless it is set.
	Now func() time.Time
	// Log is JSON lines on standard output unless it is set.
	Log *slog.Logger
}

// Handler pushes what is approved.
type Handler struct{ Deps }

// New returns a handler.
func New(d Deps) *Handler {
	step.Defaults(&d.Now, &d.Log)
	return &Handler{d}
}

// Report says what became of requests.
type Report struct {
	Outcomes []rules.Outcome `json:"outcomes,omitempty"`
}

// Handle applies the request that an event is about, or looks for those that were approved
// and not applied: an event can be lost, and a function can die.
func (h *Handler) Handle(ctx context.Context, in api.BusEvent) (Report, error) {
	frame := step.Frame{Log: h.Log, Done: "nothing to apply", Failed: "rules not applied", Private: true}
	return step.Invoke(ctx, frame, func(line *step.Line) (Report, error) {
		ids, err := h.wanted(ctx, in)
		if err != nil {
			return Report{}, err
		}
		var report Report
		var failed []error
		for _, id := range ids {
			o, became, err := h.apply(ctx, id)
			for n := 1; n < tries && errors.Is(err, rules.ErrChanged); n++ {
				o, became, err = h.apply(ctx, id) // sees what was pushed meanwhile
			}
			if err == nil && o.Request != "" {
				err = h.publish(ctx, o)
			}
			if err != nil {
				failed = append(failed, err)
			}
			if became {
				report.Outcomes = append(report.Outcomes, o)
				line.Say(slog.LevelInfo, "rules")
				line.Add("run_id", id, "version", o.Version, "refused", o.Why)
			}
		}
		return report, errors.Join(failed...)
	})
}

// wanted returns the ids of the requests to look at, those that were decided first first.
func (h *Handler) wanted(ctx context.Context, in api.BusEvent) ([]string, error) {
	if e, err := in.Event(); err == nil {
		id, ok := run.ParseID(e.Request.ID)
		if !ok || e.Request.Flow != rules.ProposalFlow {
			return nil, nil
		}
		return []string{id}, nil
	}
	now := h.Now()
	// A little longer than what is pushed: what is late is refused, and not forgotten.
	page, err := h.Table.Flow(ctx, rules.ProposalFlow, store.Query{From: now.Add(-rules.ProposalKept), Limit: atOnce}, now, func(r run.Summary) bool {
		d := r.View.Decision
		return r.View.Status == run.Approved && d != nil && now.Sub(d.At) < 2*rules.Late
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(page.Runs, func(a, b run.Summary) int { return a.View.Decision.At.Compare(b.View.Decision.At) })
	var ids []string
	for _, r := range page.Runs {
		ids = append(ids, r.View.ID)
	}
	return ids, nil
}

// apply has a request's version pushed, or refuses it, once, and returns what became of it,
// now or before. became reports that this call did so.
func (h *Handler) apply(ctx context.Context, id string) (o rules.Outcome, became bool, err error) {
	o, there, err := h.Table.RulesOutcome(ctx, id)
	if err != nil || there {
		return o, false, err
	}
	rec, unreadable, err := h.Table.LoadStored(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return o, false, nil
	case err != nil:
		return o, false, err
	case unreadable != nil:
		return o, false, unreadable
	case rec.Run.Flow.Name != rules.ProposalFlow || rec.Run.Status != run.Approved:
		return o, false, nil
	}
	o = rules.Outcome{Request: id, At: h.Now().UTC().Truncate(time.Second)}
	pushed, err := h.push(ctx, id, rec)
	refusal, refused := errors.AsType[rules.Refusal](err)
	switch {
	case err == nil:
		o.Version, o.At = pushed.Number, pushed.At
		return o, true, nil
	case !refused:
		return rules.Outcome{}, false, err // another call may succeed, or see why not
	}
	if o.Version, err = h.pushedBefore(ctx, id, rec.Run); err != nil {
		return rules.Outcome{}, false, err
	}
	if o.Version == 0 {
		o.Why = refusal.Error()
	}
	if err := h.Table.PutRulesOutcome(ctx, o); err != nil && !errors.Is(err, rules.ErrChanged) {
		return rules.Outcome{}, false, err
	} else if err != nil {
		o, _, err = h.Table.RulesOutcome(ctx, id) // another call was first
		return o, false, err
	}
	return o, true, nil
}
