package request

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// glassField is the member of a request that asks to be granted at once.
const glassField = "break_glass"

// breakGlass returns the rule by which a checked request is granted at once, and for how
// long. Body has what is invalid; whoever the rule does not name is refused.
func breakGlass(c *httpapi.Call, f *flow.Flow, body *httpapi.Body, in flow.Request, checked *flow.Checked) (*flow.BreakGlass, error) {
	asked := run.Run{Fields: checked.Fields, Sensitive: checked.Sensitive}
	target, _ := asked.Target()
	rule := f.GlassFor(target.ID)
	switch {
	case rule == nil && target.ID != "" && f.HasBreakGlass():
		body.Fail(glassField, "the flow doesn't allow it for %s", target.ID)
		return nil, nil
	case rule == nil:
		body.Fail(glassField, "the flow doesn't allow it")
		return nil, nil
	case !rule.MayBreakGlass(c.Caller.Person):
		p := httpapi.Refused("You may not break the glass: break_glass of the flow names who may.")
		p.Errors = []api.FieldError{{Field: glassField, Detail: "break_glass.who of the flow doesn't name you"}}
		return nil, p
	}
	if text.Blank(in.Reason) && !body.Failed("reason") {
		body.Fail("reason", "it is required: everybody will read why you broke the glass")
	}
	if in.UntilRevoked {
		body.Fail(flow.UntilRevoked, "must be absent in an emergency, whose access has an end")
	} else if !body.Failed("duration_seconds") {
		seconds, wrong := f.GlassDuration(rule, in.DurationSeconds, checked.DurationSeconds)
		if wrong != "" {
			body.Fail("duration_seconds", "%s", wrong)
		}
		checked.DurationSeconds = seconds
	}
	return rule, nil
}

// limitGlass counts an emergency of the caller, or refuses it. It counts beside all other
// requests, none of which it needs room of.
func (s service) limitGlass(ctx context.Context, f *flow.Flow, rule *flow.BreakGlass, p run.Person, id string, now time.Time) error {
	return s.count(ctx, f, p, now, "You are breaking the glass of this flow too often at once.", func(own flow.Usage, others []flow.Usage) (flow.Usage, error) {
		next, err := own.TakeGlass(id, rule.MaxPerPersonPerDay, others, now)
		var spent flow.Spent
		if errors.As(err, &spent) {
			return next, tooMany(spent)
		}
		return next, err
	})
}

// shownGlass returns what the caller may do in an emergency, for the flow and its targets.
func shownGlass(f *flow.Flow, p run.Person, shown *api.Flow) {
	if !f.MayAsk(p) && !f.MayAskForOthers(p) {
		return
	}
	shown.BreakGlass = f.GlassFor("").ShownGlass(p)
	for i := range shown.Targets {
		shown.Targets[i].BreakGlass = f.GlassFor(shown.Targets[i].ID).ShownGlass(p)
	}
}

// countUnreviewed counts the emergencies that p may review.
func (s service) countUnreviewed(ctx context.Context, p run.Person) (int, bool, error) {
	if p.Machine {
		return 0, false, nil
	}
	page, err := s.Store.Reviewable(ctx, p, s.today, store.Query{Limit: maxCount})
	return len(page.Runs), page.Next != "", err
}

// glassFlows returns the flows that may have open emergencies: those in which somebody may
// break the glass, and those that are gone from flows.yaml.
func (s service) glassFlows(ctx context.Context) ([]string, error) {
	names, err := s.gone(ctx)
	names = slices.Clone(names)
	for i := range s.Flows.Flows {
		if f := &s.Flows.Flows[i]; f.HasBreakGlass() {
			names = append(names, f.Name)
		}
	}
	return names, err
}

// hasBreakGlass reports whether any flow lets anybody break the glass.
func (s service) hasBreakGlass() bool {
	for i := range s.Flows.Flows {
		if s.Flows.Flows[i].HasBreakGlass() {
			return true
		}
	}
	return false
}
