package run

import (
	"encoding/json"
	"sort"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

func (r *Run) accessView() *api.Access {
	a := r.Access
	if a == nil || *a == (Access{}) {
		return nil
	}
	v := &api.Access{StartsAt: a.StartsAt, EndsAt: a.EndsAt, ConfirmedAt: a.ConfirmedAt, GoneAt: a.GoneAt, Given: a.Given, Gone: a.Gone, SessionsUntil: a.SessionsUntil, Looks: r.looksView()}
	if a.Failures > 0 {
		v.DeescalationFailing, v.Error, v.RetryAt = true, a.Error, a.RetryAt
	}
	return v
}

// View returns the run as a response shows it, with its history.
func (r *Run) View() api.Request {
	v := api.Request{
		ID: r.ID, Flow: r.Flow.Name, Status: r.Status, Requester: personView(r.Requester), For: forView(r.For), Extends: r.Extends, ExtendedBy: r.ExtendedBy,
		Fields: publicFields(r.Fields), Withheld: r.WithheldFields(), Reason: r.Reason,
		Source: r.Source(), CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
		DurationSeconds: r.DurationSeconds, UntilRevoked: r.Endless(), StartsAt: r.StartsAt, BreakGlass: r.breakGlassView(), Access: r.accessView(), History: r.History, LastError: r.LastError(),
	}
	if d := r.Decision; d != nil {
		v.Decision = &api.Decision{Event: d.Event, Reason: d.Reason, HookReason: d.HookReason, HookReasonBy: string(d.HookReasonBy), By: d.By, At: d.At, Checks: d.Checks}
		if d.Checks == nil {
			v.Decision.Checks = []Check{}
		}
	}
	if w := r.Review; w != nil {
		approvers, moreApprovers := split(w.Approvers)
		viewers, moreViewers := split(w.Viewers)
		v.Review = &api.Review{
			Approvers: nonNil(approvers), ApproversMore: len(moreApprovers), Viewers: viewers, ViewersMore: len(moreViewers), Approvals: api.Approvals(w.Approvals),
			ApprovedBy: []api.Person{}, ExpiresAt: w.ExpiresAt, Checks: w.Checks, Errors: w.Errors,
		}
		for _, a := range w.ApprovedBy {
			v.Review.ApprovedBy = append(v.Review.ApprovedBy, personView(a.Person))
		}
	}
	return v
}

// ViewFor is [Run.View] for p, who may see more of it; see [Run.MayAudit].
func (r *Run) ViewFor(p Person, t *Today, now time.Time) api.Request {
	v := r.View()
	if r.MayAudit(p, t) {
		v.Shadow = r.Shadow
	}
	v.ETag = r.ETag()
	r.forCaller(&v, p, t, now)
	return v
}

// forCaller adds what is p's to know and to do.
func (r *Run) forCaller(v *api.Request, p Person, t *Today, now time.Time) {
	you, seats := r.You(p, t, now), r.Seats(p, t)
	v.You, v.WaitingFor = &you, waitingFor(r, seats)
	if v.Review != nil {
		review := *v.Review // which a summary keeps
		review.Seats = seats
		v.Review = &review
	}
	if v.LastError == nil {
		v.LastError = r.asking().late(now)
	}
}

// ETag changes with every entry of the history.
func (r *Run) ETag() string {
	if len(r.History) == 0 {
		return ""
	}
	return r.History[len(r.History)-1].Hash
}

// WithheldFields returns the names of the sensitive fields that have a value, sorted.
func (r *Run) WithheldFields() []string {
	names := make([]string, 0, len(r.Sensitive))
	for name := range r.Sensitive {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func nonNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// publicFields leaves the settings out of targets, which are the only values
// that are objects.
func publicFields(fields map[string]json.RawMessage) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(fields))
	for name, value := range fields {
		if len(value) > 0 && value[0] == '{' {
			var target struct {
				ID    string `json:"id"`
				Label string `json:"label"`
			}
			if json.Unmarshal(value, &target) == nil {
				if public, err := json.Marshal(target); err == nil {
					value = public
				}
			}
		}
		out[name] = value
	}
	return out
}
