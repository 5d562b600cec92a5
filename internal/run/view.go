package run

import (
	"encoding/json"
	"sort"
	"time"
)

// View is a run as a response shows it: no sensitive field, no settings of a
// target, nothing of the engine.
type View struct {
	ID        string     `json:"id"`
	Flow      string     `json:"flow"`
	Status    Status     `json:"status"`
	Requester PersonView `json:"requester"`
	// Fields shows a target as {id, label}.
	Fields map[string]json.RawMessage `json:"fields"`
	// Withheld names the sensitive fields that were given a value.
	Withheld        []string      `json:"withheld,omitempty"`
	Reason          string        `json:"reason"`
	CreatedAt       time.Time     `json:"created_at"`
	UpdatedAt       time.Time     `json:"updated_at"`
	Decision        *DecisionView `json:"decision,omitempty"`
	Review          *ReviewView   `json:"review,omitempty"`
	DurationSeconds int           `json:"duration_seconds,omitempty"`
	Access          *AccessView   `json:"access,omitempty"`
	// LastError is there while access can't be given, or taken back, or a hook does
	// not respond.
	LastError *LastError `json:"last_error,omitempty"`
	// Shadow is there for auditors alone; it, You, WaitingFor and ETag are set by
	// [Run.ViewFor].
	Shadow *Verdict `json:"shadow,omitempty"`
	// Title is what was asked for in a few words, FlowLabel what people call the
	// flow, and FieldsShown the fields as they read them.
	Title       string       `json:"title,omitempty"`
	FlowLabel   string       `json:"flow_label,omitempty"`
	FieldsShown []FieldShown `json:"fields_shown,omitzero"`
	// You is what the caller may do.
	You *You `json:"you,omitempty"`
	// WaitingFor are the requirements that a pending run still misses.
	WaitingFor []WaitsFor `json:"waiting_for,omitzero"`
	// ETag is the hash of the last entry of the history.
	ETag string `json:"etag,omitempty"`
	// History is left out of lists.
	History []Entry `json:"history,omitempty"`
}

// FieldShown is a field as people read it.
type FieldShown struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Type  string `json:"type"`
	// Value is the id of a target, and else what was asked.
	Value json.RawMessage `json:"value"`
	Shown string          `json:"shown"`
}

// PersonView is a person as a response shows one: without groups.
type PersonView struct {
	ID    string `json:"id"`
	Email string `json:"email,omitempty"`
	Name  string `json:"name,omitempty"`
}

// DecisionView is a decision as a response shows it.
type DecisionView struct {
	Event  EventName `json:"event"`
	Reason string    `json:"reason"`
	// HookReason is what the hook HookReasonBy said about it.
	HookReason   string    `json:"hook_reason,omitempty"`
	HookReasonBy HookName  `json:"hook_reason_by,omitempty"`
	By           Actor     `json:"by"`
	At           time.Time `json:"at"`
	Checks       []Check   `json:"checks"`
}

// ReviewView is a review as a response shows it.
type ReviewView struct {
	Approvers []string `json:"approvers"`
	// ApproversMore and ViewersMore count those of whom only a digest is kept,
	// because the hook named too many to keep by name.
	ApproversMore int          `json:"approvers_more,omitempty"`
	Viewers       []string     `json:"viewers,omitempty"`
	ViewersMore   int          `json:"viewers_more,omitempty"`
	Approvals     any          `json:"approvals"`
	ApprovedBy    []PersonView `json:"approved_by"`
	ExpiresAt     time.Time    `json:"expires_at"`
	Checks        []Check      `json:"checks,omitempty"`
	Errors        []HookError  `json:"errors,omitempty"`
}

// AccessView is a run's access as a response shows it.
type AccessView struct {
	// StartsAt is when it was read back that the access is there, EndsAt when it
	// is to be gone, GoneAt when it was read back that it is.
	StartsAt time.Time `json:"starts_at,omitzero"`
	EndsAt   time.Time `json:"ends_at,omitzero"`
	GoneAt   time.Time `json:"gone_at,omitzero"`
	Given    string    `json:"given,omitempty"`
	Gone     string    `json:"gone,omitempty"`
	// SessionsUntil is until when a session that was begun with the access may
	// still go on; absent where none outlasts it.
	SessionsUntil time.Time `json:"sessions_until,omitzero"`
	// DeescalationFailing tells that taking back has failed so far, for Error;
	// it is tried again at RetryAt.
	DeescalationFailing bool      `json:"deescalation_failing,omitempty"`
	Error               string    `json:"error,omitempty"`
	RetryAt             time.Time `json:"retry_at,omitzero"`
}

func (r *Run) accessView() *AccessView {
	a := r.Access
	if a == nil || *a == (Access{}) {
		return nil
	}
	v := &AccessView{StartsAt: a.StartsAt, EndsAt: a.EndsAt, GoneAt: a.GoneAt, Given: a.Given, Gone: a.Gone, SessionsUntil: a.SessionsUntil}
	if a.Failures > 0 {
		v.DeescalationFailing, v.Error, v.RetryAt = true, a.Error, a.RetryAt
	}
	return v
}

func personView(p Person) PersonView { return PersonView{ID: p.ID, Email: p.Email, Name: p.Name} }

// View gives the run as a response shows it, with its history.
func (r *Run) View() View {
	v := View{
		ID: r.ID, Flow: r.Flow.Name, Status: r.Status, Requester: personView(r.Requester),
		Fields: publicFields(r.Fields), Withheld: r.withheld(), Reason: r.Reason,
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
		DurationSeconds: r.DurationSeconds, Access: r.accessView(), History: r.History, LastError: r.LastError(),
	}
	if d := r.Decision; d != nil {
		v.Decision = &DecisionView{Event: d.Event, Reason: d.Reason, HookReason: d.HookReason, HookReasonBy: d.HookReasonBy, By: d.By, At: d.At, Checks: d.Checks}
		if d.Checks == nil {
			v.Decision.Checks = []Check{}
		}
	}
	if w := r.Review; w != nil {
		approvers, moreApprovers := split(w.Approvers)
		viewers, moreViewers := split(w.Viewers)
		v.Review = &ReviewView{
			Approvers: nonNil(approvers), ApproversMore: len(moreApprovers), Viewers: viewers, ViewersMore: len(moreViewers), Approvals: approvalsView(w.Approvals),
			ApprovedBy: []PersonView{}, ExpiresAt: w.ExpiresAt, Checks: w.Checks, Errors: w.Errors,
		}
		for _, a := range w.ApprovedBy {
			v.Review.ApprovedBy = append(v.Review.ApprovedBy, personView(a.Person))
		}
	}
	return v
}

// ViewFor is [Run.View] for p, who may see more of it; see [Run.MayAudit].
func (r *Run) ViewFor(p Person, t *Today, now time.Time) View {
	v := r.View()
	if r.MayAudit(p, t) {
		v.Shadow = r.Shadow
	}
	v.ETag = r.ETag()
	r.forCaller(&v, p, t, now)
	return v
}

// forCaller adds what is p's to know and to do.
func (r *Run) forCaller(v *View, p Person, t *Today, now time.Time) {
	you := r.You(p, t, now)
	v.You, v.WaitingFor = &you, r.WaitingFor(p, t)
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

// withheld names the sensitive fields that were given a value, sorted.
func (r *Run) withheld() []string {
	names := make([]string, 0, len(r.Sensitive))
	for name := range r.Sensitive {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// approvalsView shows a plain count as a number, requirements as a list.
func approvalsView(needs []Requirement) any {
	if len(needs) == 1 && needs[0].From == "" {
		return needs[0].Count
	}
	return needs
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
