package run

import (
	"encoding/json"
	"time"
)

// EventName names something that happens to a run.
type EventName string

// The events of a run's life.
const (
	Request    EventName = "request"    // a requester asks
	Approve    EventName = "approve"    // a hook, or enough people, say yes
	Deny       EventName = "deny"       // a hook or a person says no
	Expire     EventName = "expire"     // nobody decided in time
	Cancel     EventName = "cancel"     // the requester takes it back, before a decision
	Escalate   EventName = "escalate"   // access was given
	Deescalate EventName = "deescalate" // access was taken back, at its end
	Revoke     EventName = "revoke"     // access was taken back, early
	Fail       EventName = "fail"       // access could not be given
	Ignore     EventName = "ignore"     // an act, or what a hook said, does not count
	Forward    EventName = "forward"    // the next in the notify list is told
	Erased     EventName = "erase"      // an operator erased personal data
)

// Channel is the way by which an event came.
type Channel string

// The channels.
const (
	ViaAPI    Channel = "api"
	ViaCLI    Channel = "cli"
	ViaSlack  Channel = "slack"
	ViaWeb    Channel = "web"
	ViaHook   Channel = "hook"
	ViaEngine Channel = "engine"
)

// ActorType tells what kind of actor caused an event.
type ActorType string

// The actor types.
const (
	UserActor   ActorType = "user"
	HookActor   ActorType = "hook"
	EngineActor ActorType = "engine"
)

// Actor is who or what caused an event: a person, a hook (ID is the hook's
// name, such as "on_request") or the engine.
type Actor struct {
	Type  ActorType `json:"type"`
	ID    string    `json:"id,omitempty"`
	Email string    `json:"email,omitempty"`
	Name  string    `json:"name,omitempty"`
}

// Check is one piece of evidence that a hook found.
type Check struct {
	Name   string `json:"name"`
	Passed bool   `json:"passed"`
	Detail string `json:"detail,omitempty"`
}

// Entry is one event in a run's history. Entries are only ever appended, and
// each is sealed by its hash; see [Verify].
type Entry struct {
	// Seq counts from 1.
	Seq   int       `json:"seq"`
	Event EventName `json:"event"`
	// At is UTC with millisecond precision.
	At      time.Time `json:"at"`
	Actor   Actor     `json:"actor"`
	Channel Channel   `json:"channel"`
	// Status is the run's status after the event.
	Status Status `json:"status"`
	Reason string `json:"reason"`
	// HookReason is what the hook HookReasonBy said about an event that somebody
	// else caused; Reason stays the words of Actor.
	HookReason   string   `json:"hook_reason,omitempty"`
	HookReasonBy HookName `json:"hook_reason_by,omitempty"`
	// Override says which hook's verdict an admin set aside.
	Override *Override `json:"override,omitempty"`
	Checks   []Check   `json:"checks,omitempty"`
	// Error says what a hook did wrong, where that shaped the event.
	Error string `json:"error,omitempty"`
	// Act is the id of the act of a person that this event deals with.
	Act string `json:"act,omitempty"`
	// ActBy is who acted, and ActEvent how, where the entry is not theirs: the act
	// does not count, or a hook made something else of it.
	ActBy    *Actor    `json:"act_by,omitempty"`
	ActEvent EventName `json:"act_event,omitempty"`
	// ActReason is the reason that came with the act.
	ActReason string `json:"act_reason,omitempty"`
	// To lists who is told, in a forward.
	To []string `json:"to,omitempty"`
	// DurationSeconds is the shorter duration that an approve asked for.
	DurationSeconds int `json:"duration_seconds,omitempty"`
	// PayloadSHA256 is, in the first entry, the hash of what was asked.
	PayloadSHA256 string `json:"payload_sha256,omitempty"`
	// Gone says, where access ended, how that is known, unless its absence was
	// plainly read back. SessionsUntil is until when a session that was begun with
	// the access may still go on; absent where none outlasts it.
	Gone          string    `json:"gone,omitempty"`
	SessionsUntil time.Time `json:"sessions_until,omitzero"`
	// SessionsOf are the ids, separated by a space, of those whose they are: users
	// of IAM Identity Center.
	SessionsOf string `json:"sessions_of,omitempty"`
	// FlowVersion is, in the first entry, the version of the flow that it was
	// asked under; see flow.Flow.Version.
	FlowVersion string `json:"flow_version,omitempty"`
	// HooksVersion is the version of the hook function whose answer led here.
	HooksVersion string `json:"hooks_version,omitempty"`
	// IgnoredMembers are members of hook responses that this release does not know
	// and ignored, since the entry before: the responses were of a newer version.
	IgnoredMembers []string `json:"ignored_members,omitempty"`
	// ShadowSHA256 is, in one entry after on_request was asked in shadow mode, the
	// hash of what it said, which the history itself doesn't tell.
	ShadowSHA256 string `json:"shadow_sha256,omitempty"`
	// ExpiresAt is, in the entry that ends a run of a flow with a retention, when
	// the run may be deleted.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	// HistorySHA256 is, in an erase, the hash of all entries before it as they were
	// left.
	HistorySHA256 string `json:"history_sha256,omitempty"`
	// StateSHA256 is, in the last entry of a change, the salted digest of the rest
	// of the run as it stands with it; see unsealed for what is left out.
	StateSHA256 string `json:"state_sha256,omitempty"`
	// Salt, Keys and Erased are what the digests of the entry's texts are made
	// with: the salt of all of them or, once some are erased, the keys of those
	// that are left and the digests of those that are gone.
	Salt   string            `json:"salt,omitempty"`
	Keys   map[string]string `json:"keys,omitempty"`
	Erased map[string]string `json:"erased,omitempty"`
	// PrevHash is the Hash of the entry before, "" in the first.
	PrevHash string `json:"prev_hash"`
	Hash     string `json:"hash"`

	// newer holds the members that this release doesn't know. Only at this
	// level may a release add members: an actor or a check keeps none.
	newer map[string]json.RawMessage
}
