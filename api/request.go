package api

import (
	"encoding/json"
	"time"
)

// Request is what a person or a machine asked for, and what has become of it.
type Request struct {
	// ID has 26 characters, is unique and sorts by the time of creation.
	ID string `json:"id"`
	// Flow is the name of the flow in flows.yaml.
	Flow      string `json:"flow"`
	Status    Status `json:"status"`
	Requester Person `json:"requester"`
	// For is whom the access is for, if somebody requested for another person. Absent if
	// it is the requester.
	For *Person `json:"for,omitempty"`
	// Extends is what the request extends: the access of another. Absent if it extends none.
	Extends *Extends `json:"extends,omitempty"`
	// ExtendedBy is the request in which the access goes on, which has taken it over.
	ExtendedBy string `json:"extended_by,omitempty"`
	// Extension is the newest request to extend this one, whatever became of it. Present in
	// the response of [Client.Get] alone.
	Extension *Extension `json:"extension,omitempty"`
	// Fields are the values by field name, of the fields' types. A target is an object
	// {"id", "label"}. Never null. Sensitive fields are in Withheld instead.
	Fields map[string]json.RawMessage `json:"fields"`
	// Withheld names the sensitive fields that have a value, sorted.
	Withheld []string `json:"withheld,omitempty"`
	// Reason is the requester's reason, up to 2,000 characters. May be empty.
	Reason string `json:"reason"`
	// Source is where it came from. Absent in lists.
	Source    *Source   `json:"source,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	// UpdatedAt is the time of the last change.
	UpdatedAt time.Time `json:"updated_at"`
	// Decision is absent until there is one, and never changes after.
	Decision *Decision `json:"decision,omitempty"`
	// Review is present once the request went to approvers.
	Review *Review `json:"review,omitempty"`
	// DurationSeconds is how long access lasts, counted from when it is granted. 0 in
	// a flow without a strategy.
	DurationSeconds int `json:"duration_seconds,omitempty"`
	// UntilRevoked reports that access lasts until it is revoked, as long as its holder
	// confirms it every DurationSeconds: Access.EndsAt is when it ends if they don't.
	UntilRevoked bool `json:"until_revoked,omitempty"`
	// StartsAt is when access is to start, if the requester chose a time: an approved
	// request waits for it. Absent if access starts with the approval. Access.StartsAt is
	// when it did start.
	StartsAt time.Time `json:"starts_at,omitzero"`
	// Access is present once access is being granted.
	Access *Access `json:"access,omitempty"`
	// BreakGlass is present if the access was requested in an emergency.
	BreakGlass *BreakGlass `json:"break_glass,omitempty"`
	// RuleChange is what a request of the flow rule-change proposes, in a deployment that takes
	// pushed rules. Present in the response of [Client.Get] alone.
	RuleChange *RuleChange `json:"rule_change,omitempty"`
	// LastError is present while granting or revoking access fails, or a hook doesn't
	// respond. Both are retried.
	LastError *LastError `json:"last_error,omitempty"`
	// Shadow is what on_request returned in shadow mode. For auditors only.
	Shadow *Verdict `json:"shadow,omitempty"`
	// Title names what was requested: the label of the target or else of the flow.
	Title string `json:"title,omitempty"`
	// FlowLabel is the flow's name for people.
	FlowLabel string `json:"flow_label,omitempty"`
	// FieldsShown are the fields as text, in the order of the flow.
	FieldsShown []FieldShown `json:"fields_shown,omitzero"`
	// WithheldShown are the fields of Withheld with their labels, in the order of the flow.
	WithheldShown []FieldName `json:"withheld_shown,omitempty"`
	// You is what the caller may do now. Absent in events.
	You *You `json:"you,omitempty"`
	// WaitingFor lists the unmet requirements of a pending request. Absent in events.
	WaitingFor []WaitingFor `json:"waiting_for,omitzero"`
	// Delivery lists the notifications about the request, the oldest first, up to 100 of
	// the newest. Present in the response of [Client.Get] alone, and absent there if they
	// could not be read.
	Delivery []Delivery `json:"delivery,omitzero"`
	// DeliveryMore reports that there are older ones.
	DeliveryMore bool `json:"delivery_more,omitempty"`
	// ETag is the hash of the last history entry, in 64 hex digits. It goes into
	// IfMatch of an action.
	ETag string `json:"etag,omitempty"`
	// History has the oldest entry first. Absent in lists and events.
	History []Entry `json:"history,omitempty"`
}

// Holder is who gets the access: For, or else the requester.
func (r *Request) Holder() Person {
	if r.For != nil {
		return *r.For
	}
	return r.Requester
}

// AwaitsStart reports whether the request is approved and its access has not started: it
// starts at StartsAt.
func (r *Request) AwaitsStart() bool {
	return r.Status == StatusApproved && !r.StartsAt.IsZero() && (r.Access == nil || r.Access.StartsAt.IsZero())
}

// Person is who requests or approves: a person, or a machine.
type Person struct {
	// ID is the e-mail address or, without one, the login's unique name, such as the ARN
	// of an IAM role.
	ID string `json:"id"`
	// Email is the verified e-mail address, if known.
	Email string `json:"email,omitempty"`
	// Name is the display name, if known. It identifies nobody.
	Name string `json:"name,omitempty"`
}

// FieldName is a field of a request without its value.
type FieldName struct {
	Name  string `json:"name"`
	Label string `json:"label"`
}

// FieldShown is a field of a request as text.
type FieldShown struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	// Type is one of the types of [Field].
	Type string `json:"type"`
	// Value is the field's value; of a target, its id.
	Value json.RawMessage `json:"value"`
	// Shown is the value for people: of a target or an option its label, of a duration
	// "1h30m", of a bool "yes" or "no", of a list its items with commas.
	Shown string `json:"shown"`
}

// Decision is how a request was decided.
type Decision struct {
	// Event is approve, deny, expire or cancel.
	Event EventName `json:"event"`
	// Reason is the reason of By. May be empty.
	Reason string `json:"reason"`
	// HookReason is the reason that the hook HookReasonBy added to a decision of
	// another actor.
	HookReason   string    `json:"hook_reason,omitempty"`
	HookReasonBy string    `json:"hook_reason_by,omitempty"`
	By           Actor     `json:"by"`
	At           time.Time `json:"at"`
	// Checks is the evidence for the decision. Never null.
	Checks []Check `json:"checks"`
}

// Outcome is the event that gave a request its status.
type Outcome struct {
	Event EventName `json:"event"`
	By    Actor     `json:"by"`
	At    time.Time `json:"at"`
}

// Verdict is what on_request returned in shadow mode, where people decide and hooks
// are only tried.
type Verdict struct {
	// Event is approve or deny. Empty if the hook would have left it to people.
	Event  EventName `json:"event,omitempty"`
	Reason string    `json:"reason,omitempty"`
	// DurationSeconds is the shorter duration that it would have approved; 0 for the
	// requested one.
	DurationSeconds int     `json:"duration_seconds,omitempty"`
	Checks          []Check `json:"checks,omitempty"`
	// Error is how the hook failed. Empty if it didn't.
	Error string    `json:"error,omitempty"`
	At    time.Time `json:"at"`
}

// LastError is why the present step of a request fails.
type LastError struct {
	// At is when the last attempt failed, or when the hook should have responded.
	At time.Time `json:"at"`
	// Where is "grant", "take_back", "confirm" or the name of the hook that has not responded, or
	// "while_active" where the last look at active access failed.
	Where string `json:"where"`
	// Text is one line of up to 1,000 characters.
	Text string `json:"text"`
	// NextTryAt is when the step is retried. Absent for a hook that has not responded, and
	// for a confirm that is not retried.
	NextTryAt time.Time `json:"next_try_at,omitzero"`
	// EventID is the id of the event of type [EventTypeAccessFailing] that was sent about it.
	// Absent before there is one: not every failure has it.
	EventID string `json:"event_id,omitempty"`
}

// Access is the state of a request's access.
type Access struct {
	// StartsAt is when access was confirmed. Absent until then.
	StartsAt time.Time `json:"starts_at,omitzero"`
	// EndsAt is when access ends: StartsAt and the request's duration. Of access that lasts
	// until it is revoked, it is when it ends unless it is confirmed.
	EndsAt time.Time `json:"ends_at,omitzero"`
	// ConfirmedAt is when such access was last confirmed. Absent before the first time.
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
	// GoneAt is when the end of access was confirmed. Absent until then.
	GoneAt time.Time `json:"gone_at,omitzero"`
	// Given and Gone say, for people, how the start and the end were confirmed.
	Given string `json:"given,omitempty"`
	Gone  string `json:"gone,omitempty"`
	// SessionsUntil is when the last session started with the access ends. Absent if
	// none outlasts the access.
	SessionsUntil time.Time `json:"sessions_until,omitzero"`
	// DeescalationFailing reports that ending access fails, because of Error. It is
	// retried at RetryAt.
	DeescalationFailing bool      `json:"deescalation_failing,omitempty"`
	Error               string    `json:"error,omitempty"`
	RetryAt             time.Time `json:"retry_at,omitzero"`
	// Looks are the looks at active access, in a flow with recheck. Absent before the first.
	Looks *Looks `json:"looks,omitempty"`
	// Output is what the strategy returned for the requester and viewers: a user name,
	// instructions, a link. Sensitive is what it returned for the requester alone; only
	// they get it. Both are set while access lasts, in the response to a single
	// request.
	Output    json.RawMessage `json:"output,omitempty"`
	Sensitive json.RawMessage `json:"sensitive,omitempty"`
	// SensitiveError says, to the requester, why Sensitive could not be read.
	SensitiveError string `json:"sensitive_error,omitempty"`
}

// Looks is what came of looking again at active access: whether the person may still have
// it, and what the hook while_active says.
type Looks struct {
	Count   int       `json:"count"`
	FirstAt time.Time `json:"first_at"`
	LastAt  time.Time `json:"last_at"`
	// NextAt is absent after the last look before access ends.
	NextAt time.Time `json:"next_at,omitzero"`
	// Failed counts the looks that failed; access goes on then. Error is why the last of
	// them did.
	Failed        int       `json:"failed,omitempty"`
	FirstFailedAt time.Time `json:"first_failed_at,omitzero"`
	LastFailedAt  time.Time `json:"last_failed_at,omitzero"`
	Error         string    `json:"error,omitempty"`
}

// Delivery is a notification to a person or a channel.
type Delivery struct {
	// To is the entry of the notify list, such as "group:sre", or whom the event
	// concerns, such as the requester's e-mail address.
	To string `json:"to"`
	// Person is the e-mail address of the person that To stands for. Empty for a channel.
	Person string `json:"person,omitempty"`
	// By is the way of the notification, such as "slack", "mail", "sns" or "webhook".
	By string `json:"by"`
	// Seq is that of the history entry that the notification is about.
	Seq int `json:"seq"`
	// About is [AboutFailing] if the notification is not about that entry, but about
	// access that failed to be granted or to end after it, and [AboutRules] if it is about
	// what became of the change of rules that the entry approved. Else it is empty.
	About string `json:"about,omitempty"`
	// At is when it was sent, or when the last attempt failed.
	At time.Time `json:"at"`
	// State is one of the Delivery constants.
	State string `json:"state"`
	// Why says, for people, why it failed or was skipped: one line of up to 300
	// characters.
	Why string `json:"why,omitempty"`
}

// The About of a [Delivery] of an event without an entry: of an [EventTypeAccessFailing],
// and of an [EventTypeRulesApplied] or [EventTypeRulesRefused].
const (
	AboutFailing = "failing"
	AboutRules   = "rules"
)

// The states of a [Delivery].
const (
	DeliverySent    = "sent"    // the way took it
	DeliveryFailed  = "failed"  // it didn't; it may be retried
	DeliverySkipped = "skipped" // not sent, such as to a person without a Slack user
)
