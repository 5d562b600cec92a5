package run

import (
	"encoding/json"
	"time"
)

// Run is the stored record of one request, from filing to its end. The state machine
// may need more than one execution for it; see [Engine].
type Run struct {
	// Schema is the version of this structure as stored; [SchemaVersion].
	Schema int    `json:"schema"`
	ID     string `json:"id"`
	Status Status `json:"status"`
	// Flow is the flow's block as it stood when the run was filed; later
	// changes of flows.yaml change nothing about this run.
	Flow      Flow   `json:"flow"`
	Requester Person `json:"requester"`
	// For is whom the access is for, where somebody requests for another person; nil
	// where it is the requester. [Run.Holder] is either.
	For *Person `json:"for,omitempty"`
	// Extends is what the run extends; nil where it extends nothing.
	Extends *Extends `json:"extends,omitempty"`
	// ExtendedBy is the run that has taken the access over, "" for none.
	ExtendedBy string `json:"extended_by,omitempty"`
	// Channel is the way by which it was filed.
	Channel Channel `json:"channel"`
	// Fields are the requested values as canonical JSON; a target is an
	// object {id, label, settings}. Sensitive ones are in Sensitive instead.
	Fields map[string]json.RawMessage `json:"fields,omitempty"`
	// Sensitive are the values of fields marked so: in no response, log line,
	// event or hook payload.
	Sensitive map[string]json.RawMessage `json:"sensitive,omitempty"`
	// Chosen are the labels of the options that the requester chose, by field and value.
	// They are kept so that no hook is called to show a run.
	Chosen map[string]map[string]string `json:"chosen,omitempty"`
	// Salt is in the digests of the requested values, of Shadow, of the run's state and,
	// by way of the salts of entries, of texts. It is empty in what an older release
	// asked for without sensitive fields; nobody is shown it.
	Salt   string `json:"salt,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Sent is the digest of the body that was sent under an Idempotency-Key: the
	// same body under the same key is the same request.
	Sent string `json:"sent,omitempty"`
	// DurationSeconds is how long access lasts; 0 without a strategy.
	DurationSeconds int `json:"duration_seconds,omitempty"`
	// UntilRevoked reports that access was requested to last until it is revoked:
	// DurationSeconds is then how often its holder confirms it; see [Run.Endless].
	UntilRevoked bool `json:"until_revoked,omitempty"`
	// RequestedSeconds is the requested duration, once an approve has shortened it.
	RequestedSeconds int `json:"asked_seconds,omitempty"`
	// StartsAt is the time before which access is not granted, as the requester chose
	// it; zero for at once.
	StartsAt time.Time `json:"starts_at,omitzero"`
	// HasContext reports that the requester sent a context along; it is stored
	// beside the run.
	HasContext bool `json:"has_context,omitempty"`
	// Recent counts what the requester asked before, where the flow wants it.
	Recent *Recent `json:"recent,omitempty"`
	// RecentCounts counts more of it, where the flow wants that.
	RecentCounts *RecentCounts `json:"recent_counts,omitempty"`
	CreatedAt    time.Time     `json:"created_at"`
	UpdatedAt    time.Time     `json:"updated_at"`
	// Decision is nil until there is one, and never changes after.
	Decision *Decision `json:"decision,omitempty"`
	// Review is nil until the run is routed to people.
	Review *Review `json:"review,omitempty"`
	// Access is nil until access is to be given.
	Access *Access `json:"access,omitempty"`
	// BreakGlass is nil unless the run is an emergency.
	BreakGlass *BreakGlass `json:"break_glass,omitempty"`
	// Shadow is what on_request would have had happen, where the flow's hooks are
	// only tried; nil elsewhere.
	Shadow *Verdict `json:"shadow,omitempty"`
	// Steps are the outputs that hooks left for later hooks, by hook name.
	Steps map[string]json.RawMessage `json:"steps,omitempty"`
	// History is what happened, oldest first.
	History []Entry `json:"history"`
	// Engine is where the state machine stands.
	Engine Engine `json:"engine"`
	// Kept are what hooks keep as the change leaves it; it is written with the run, as items
	// of its own.
	Kept Shelves `json:"-"`
	// Version is the stored item's version, for the next conditional write; it
	// is not part of the stored body.
	Version int64 `json:"-"`
}

// SchemaVersion is the version of [Run] that this code writes.
const SchemaVersion = 1

// Review is the state of a run's review by people: the rule in force, after
// get_permissions and get_notifications, and what has come of it.
type Review struct {
	ReviewRule
	// Named says which of the rule's lists get_permissions named: those hold
	// until the run ends, the others as long as the flow names them.
	Named Named `json:"named,omitzero"`
	// ExpiresAt is CreatedAt of the run plus the timeout.
	ExpiresAt time.Time `json:"expires_at"`
	// ApprovedBy are the approvals that count so far.
	ApprovedBy []Approval `json:"approved_by,omitempty"`
	// Notified is how many entries of the notify list were notified, NotifiedAt when the
	// last was.
	Notified   int       `json:"told"`
	NotifiedAt time.Time `json:"told_at"`
	// Expiring is set once on_expire was called: it is called once.
	Expiring bool `json:"expiring,omitempty"`
	// Errors are the failures of hooks, for reviewers to see.
	Errors []HookError `json:"errors,omitempty"`
	// Checks are what on_request found out without deciding.
	Checks []Check `json:"checks,omitempty"`
}

// Approval is one person's approve that counts.
type Approval struct {
	Person
	Act string `json:"act"`
}

// Decision is how a run was decided.
type Decision struct {
	Event  EventName `json:"event"`
	Reason string    `json:"reason"`
	// HookReason is what the hook HookReasonBy said about it; Reason stays the
	// words of By.
	HookReason   string    `json:"hook_reason,omitempty"`
	HookReasonBy HookName  `json:"hook_reason_by,omitempty"`
	By           Actor     `json:"by"`
	At           time.Time `json:"at"`
	Checks       []Check   `json:"checks,omitempty"`
	// Act is the act that won, if a person's act decided.
	Act string `json:"act,omitempty"`
}
