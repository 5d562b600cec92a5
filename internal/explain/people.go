package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// approvals are those that an explanation shows, and what is said of them.
type approvals Approvals

// approvalsOf returns the approvals of a request, nil if people never decide it.
func approvalsOf(v api.Request) *approvals {
	w := v.Review
	if w == nil {
		return nil
	}
	a := &approvals{Of: append([]string{}, w.Approvers...), OfMore: w.ApproversMore, By: []string{}, Until: w.ExpiresAt}
	if n := len(a.Of); n > named {
		a.Of, a.OfMore = a.Of[:named], a.OfMore+n-named
	}
	if plain := len(w.Approvals) == 1 && w.Approvals[0].From == ""; !plain {
		a.From = w.Approvals
	}
	for _, need := range w.Approvals {
		a.Needed += need.Count
		if need.From != "" && !slices.Contains(a.Of, need.From) {
			a.Of = append(a.Of, need.From)
		}
	}
	for _, p := range w.ApprovedBy {
		a.By = append(a.By, cmp.Or(p.Email, p.ID))
	}
	return a
}

// who names the approvers, for a sentence.
func (a *approvals) who() string {
	switch {
	case len(a.Of) == 0 && a.OfMore == 0:
		return "the flow's admins"
	case len(a.Of) == 0:
		return fmt.Sprintf("%d people", a.OfMore)
	}
	names := slices.Clone(a.Of)
	for i, name := range names {
		if name == "admins" {
			names[i] = "the flow's admins"
		}
	}
	if a.OfMore > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), a.OfMore)
	}
	return strings.Join(names, ", ")
}

// named is how many approvers are named.
const named = 20

// counted returns how the nth approval counts, "" if one is enough.
func (a *approvals) counted(n int) string {
	switch {
	case a == nil || a.Needed < 2 && len(a.From) == 0:
		return ""
	case len(a.From) == 0:
		return fmt.Sprintf("%d of %d approvals", n, a.Needed)
	}
	return fmt.Sprintf("%d approved where %s must", n, a.needs())
}

// needs returns the requirements, for a sentence.
func (a *approvals) needs() string {
	var needs []string
	for _, need := range a.From {
		needs = append(needs, fmt.Sprintf("%d of %s", need.Count, cmp.Or(need.From, "any")))
	}
	return and(needs)
}

// name returns the name of an actor: for a hook, with its flow.
func (x *explainer) name(a run.Actor) string {
	switch a.Type {
	case run.HookActor:
		return a.ID + " of " + x.Flow
	case run.EngineActor:
		return "the engine"
	}
	return cmp.Or(a.Email, cmp.Or(a.ID, "somebody"))
}

// and joins names, for a sentence.
func and(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

func person(p api.Person) string { return text.Line(cmp.Or(p.Email, p.ID)) }

// owner says what somebody who canceled a request is to it.
func (x *explainer) owner(a run.Actor) string {
	if x.For != nil && a.ID == x.For.ID {
		return ", whom it is for"
	}
	return ", the requester"
}
