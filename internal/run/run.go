package run

import (
	"encoding/json"
	"time"
)

// Run is one execution of a flow for one request.
type Run struct {
	// Schema is the version of this structure as stored; [SchemaVersion].
	Schema int    `json:"schema"`
	ID     string `json:"id"`
	Status Status `json:"status"`
	// Flow is the flow's block as it stood when the run was asked for; later
	// changes of flows.yaml change nothing about this run.
	Flow      Flow   `json:"flow"`
	Requester Person `json:"requester"`
	// Channel is the way by which it was asked.
	Channel Channel `json:"channel"`
	// Fields are what was asked, as canonical JSON values; a target is an
	// object {id, label, settings}. Sensitive ones are in Sensitive instead.
	Fields map[string]json.RawMessage `json:"fields,omitempty"`
	// Sensitive are the values of fields marked so: in no response, log line,
	// event or hook payload.
	Sensitive map[string]json.RawMessage `json:"sensitive,omitempty"`
	// Salt is in the digests of what was asked, of Shadow, of the run's state and,
	// by way of the salts of entries, of texts. It is empty in what an older release
	// asked for without sensitive fields; nobody is shown it.
	Salt   string `json:"salt,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Sent is the digest of the body that was sent under an Idempotency-Key: the
	// same body under the same key is the same request.
	Sent string `json:"sent,omitempty"`
	// DurationSeconds is how long access lasts; 0 without a strategy.
	DurationSeconds int `json:"duration_seconds,omitempty"`
	// AskedSeconds is how long it was asked for, once an approve shortened it.
	AskedSeconds int `json:"asked_seconds,omitempty"`
	// HasContext tells that the requester sent a context along; it is stored
	// beside the run.
	HasContext bool `json:"has_context,omitempty"`
	// Recent counts what the requester asked before, where the flow wants it.
	Recent    *Recent   `json:"recent,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	// Decision is nil until there is one, and never changes after.
	Decision *Decision `json:"decision,omitempty"`
	// Review is nil until the run is routed to people.
	Review *Review `json:"review,omitempty"`
	// Access is nil until access is to be given.
	Access *Access `json:"access,omitempty"`
	// Shadow is what on_request would have had happen, where the flow's hooks are
	// only tried; nil elsewhere.
	Shadow *Verdict `json:"shadow,omitempty"`
	// Steps are the outputs that hooks left for later hooks, by hook name.
	Steps map[string]json.RawMessage `json:"steps,omitempty"`
	// History is what happened, oldest first.
	History []Entry `json:"history"`
	// Engine is where the state machine stands.
	Engine Engine `json:"engine"`
	// Version is the stored item's version, for the next conditional write; it
	// is not part of the stored body.
	Version int64 `json:"-"`
}

// SchemaVersion is the version of [Run] that this code writes.
const SchemaVersion = 1

// Flow is what a run keeps of the flow it was asked under.
//
// Principals (Admins, approvers, viewers) are e-mails or identities,
// "group:NAME", "everyone", and in a review "admins".
type Flow struct {
	Name  string          `json:"name"`
	Label string          `json:"label,omitempty"`
	Vars  json.RawMessage `json:"vars,omitempty"`
	// Fields are the names of the fields that the flow declares, nil for a run of
	// a release that did not keep them.
	Fields []string `json:"fields,omitzero"`
	// Hooks is the function that is asked: a name or an ARN, perhaps with a
	// qualifier.
	Hooks string `json:"hooks"`
	// NoHooks is set for a flow without hooks: none is called.
	NoHooks bool `json:"no_hooks,omitempty"`
	// HookTimeoutSeconds limits each hook.
	HookTimeoutSeconds int      `json:"hook_timeout_seconds"`
	Admins             []string `json:"admins"`
	// RequireReason lists the acts that must come with a reason.
	RequireReason []EventName `json:"require_reason,omitempty"`
	Review        ReviewRule  `json:"review"`
	// Shadow tells that what on_request answers is kept and not followed: people
	// decide.
	Shadow bool `json:"shadow,omitempty"`
	// Recheck has get_permissions asked again at each approve.
	Recheck bool `json:"recheck,omitempty"`
	// FastTrack limits what on_request may approve; nil doesn't.
	FastTrack *FastTrack `json:"fast_track,omitempty"`
	// OverrideApprove lets admins override on_approve.
	OverrideApprove bool `json:"override_approve,omitempty"`
	// Holders is how many runs may hold one access at a time, 0 for the default.
	Holders int `json:"holders,omitempty"`
	// RetentionSeconds is how long the run is kept once it is over, 0 for ever.
	RetentionSeconds int `json:"retention_seconds,omitempty"`
	// Strategy is how access is given; nil means that the flow is
	// approval-only.
	Strategy json.RawMessage `json:"strategy,omitempty"`
}

// HasAccess tells whether runs of the flow give access.
func (f Flow) HasAccess() bool { return len(f.Strategy) > 0 }

// ReviewRule is who may decide a run, who may see it, how many must approve,
// how long it waits and who is told.
type ReviewRule struct {
	Approvers    []string `json:"approvers"`
	Viewers      []string `json:"viewers,omitempty"`
	SelfApproval bool     `json:"self_approval,omitempty"`
	// Approvals are the requirements, all of which must be met by different
	// people. One with an empty From takes any approver.
	Approvals      []Requirement `json:"approvals"`
	TimeoutSeconds int           `json:"timeout_seconds"`
	Notify         []Notify      `json:"notify,omitempty"`
}

// Notify is one entry of a notify list: whom to tell, and how long to wait for
// a decision before the next entry is told.
type Notify struct {
	To          []string `json:"to"`
	WaitSeconds int      `json:"wait_seconds,omitempty"`
}

// Review is the state of a run's review by people: the rule in force, after
// get_permissions and get_notifications, and what has come of it.
type Review struct {
	ReviewRule
	// Named says which of the rule's lists get_permissions named: those hold
	// until the run ends, the others as long as the flow names them.
	Named Named `json:"named,omitzero"`
	// ExpiresAt is the request's time plus the timeout.
	ExpiresAt time.Time `json:"expires_at"`
	// ApprovedBy are the approvals that count so far.
	ApprovedBy []Approval `json:"approved_by,omitempty"`
	// Told counts the notify entries that were told, the last at ToldAt.
	Told   int       `json:"told"`
	ToldAt time.Time `json:"told_at"`
	// Expiring is set once on_expire was asked: it is asked once.
	Expiring bool `json:"expiring,omitempty"`
	// Errors are what went wrong in hooks, for reviewers to see.
	Errors []HookError `json:"errors,omitempty"`
	// Checks are what on_request found out without deciding.
	Checks []Check `json:"checks,omitempty"`
}

// Named says which lists of a rule get_permissions named. It is empty in what
// older releases stored.
type Named struct {
	Approvers bool `json:"approvers,omitempty"`
	Approvals bool `json:"approvals,omitempty"`
	Viewers   bool `json:"viewers,omitempty"`
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

// Next is what the state machine does after a Decide.
type Next string

// What can come next; the state machine's Route knows these names.
const (
	NextHook     Next = "Hook"
	NextReview   Next = "Review"
	NextGrant    Next = "Grant"
	NextActive   Next = "Active"
	NextTakeBack Next = "TakeBack"
	NextPause    Next = "Pause" // then TakeBack again
	// NextGiveAgain is for the state machine alone: a pause, then Grant. The run
	// says NextGrant, as older releases know it.
	NextGiveAgain Next = "GiveAgain"
	NextApproved  Next = "Approved"
	NextDenied    Next = "Denied"
	NextExpired   Next = "Expired"
	NextCanceled  Next = "Canceled"
	NextEnded     Next = "Ended"
	NextRevoked   Next = "Revoked"
	NextFailed    Next = "Failed"
)

// Waits reports whether the state machine waits there until it is woken.
func (n Next) Waits() bool { return n == NextReview || n == NextActive }

// Answered reports whether the state machine comes from there with an outcome,
// which belongs to one turn.
func (n Next) Answered() bool {
	return n == NextHook || n == NextGrant || n == NextTakeBack || n == NextPause
}

// Ends reports whether the state machine ends there.
func (n Next) Ends() bool { return !n.Waits() && !n.Answered() }

// Engine is where the state machine stands with a run.
type Engine struct {
	// Execution is the number of the current execution: 0 for the one named
	// by the run's id, n for "<id>-r<n>".
	Execution int `json:"execution,omitempty"`
	// Turn counts the changes made by Decide. What the state machine hears is
	// heard for one turn, and ignored in another.
	Turn int `json:"turn"`
	// NonceKey is what the nonces of the turns are made with, "" in a run of before
	// there were nonces. Proven is 1 more than the number of the execution that has
	// sent one.
	NonceKey string `json:"nonce_key,omitempty"`
	Proven   int    `json:"proven,omitempty"`
	// Step is the id of the step that made the last change.
	Step string `json:"step,omitempty"`
	// Next is what the state machine was told to do, Hook which hook to ask if
	// that is NextHook.
	Next Next     `json:"next"`
	Hook HookName `json:"hook,omitempty"`
	// Case is the event whose hooks are being asked.
	Case *Case `json:"case,omitempty"`
	// Escalation is the entry of access that is being given.
	Escalation *Case `json:"escalation,omitempty"`
	// Handled are the acts that were dealt with.
	Handled []string `json:"handled,omitempty"`
	// Ignored counts the ignored acts, also those that the history no longer
	// takes.
	Ignored int `json:"ignored,omitempty"`
	// Token wakes the waiting execution. It decides nothing.
	Token      string     `json:"token,omitempty"`
	TokenOrder TokenOrder `json:"token_order,omitzero"`
	// Published is the seq of the last entry that the bus is known to have.
	Published int `json:"published,omitempty"`
	// Subscriptions are the hooks that the hook function said it has, nil
	// while unknown; SubscriptionsVersion is the function's version that said
	// so.
	Subscriptions        []HookName `json:"subscriptions,omitempty"`
	SubscriptionsKnown   bool       `json:"subscriptions_known,omitempty"`
	SubscriptionsVersion string     `json:"subscriptions_version,omitempty"`
	// IgnoredMembers wait for the next entry of the history; see there.
	IgnoredMembers []string `json:"ignored_members,omitempty"`
}

// Case is an event on its way: caused, but not settled while its hooks are
// asked.
type Case struct {
	Event           EventName `json:"event"`
	Actor           Actor     `json:"actor"`
	Channel         Channel   `json:"channel"`
	Reason          string    `json:"reason,omitempty"`
	HookReason      string    `json:"hook_reason,omitempty"`
	HookReasonBy    HookName  `json:"hook_reason_by,omitempty"`
	Checks          []Check   `json:"checks,omitempty"`
	DurationSeconds int       `json:"duration_seconds,omitempty"`
	// Person and Act are set for a person's act.
	Person *Person   `json:"person,omitempty"`
	Act    string    `json:"act,omitempty"`
	At     time.Time `json:"at"`
	// Origin is the hook that first caused it, "" for a person's act and the
	// engine's own events: it says where the run goes on if this is ignored.
	Origin HookName `json:"origin,omitempty"`
	// Error is what a hook on the way did wrong.
	Error string `json:"error,omitempty"`
	// Override is there where the verdict of the hook is set aside.
	Override *Override `json:"override,omitempty"`
	// Routing is what on_request answered about people, kept in case they are
	// needed after all.
	Routing *Routing `json:"routing,omitempty"`
}
