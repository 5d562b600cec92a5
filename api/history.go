package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"sync"
	"time"
)

// EventName is what happened to a request.
type EventName string

// The events of a request's life.
const (
	// EventRequest: the request was made.
	EventRequest EventName = "request"
	// EventApprove: a hook or an approver approved. The request stays pending while
	// more approvals are required.
	EventApprove EventName = "approve"
	// EventDeny: a hook or an approver denied the request.
	EventDeny EventName = "deny"
	// EventExpire: nobody decided in time.
	EventExpire EventName = "expire"
	// EventCancel: the requester canceled the request.
	EventCancel EventName = "cancel"
	// EventEscalate: access was granted.
	EventEscalate EventName = "escalate"
	// EventDeescalate: access ended on time, or none was needed.
	EventDeescalate EventName = "deescalate"
	// EventRevoke: access was revoked early.
	EventRevoke EventName = "revoke"
	// EventFail: access could not be granted.
	EventFail EventName = "fail"
	// EventIgnore: an action, or the response of a hook, had no effect.
	EventIgnore EventName = "ignore"
	// EventForward: the next people of the flow's notify list were notified. The first
	// one makes the request pending.
	EventForward EventName = "forward"
	// EventWithdraw: an approver took their approval back while more were required.
	EventWithdraw EventName = "withdraw"
	// EventReview: somebody else reviewed an emergency, after its end.
	EventReview EventName = "review"
	// EventRemind: people were notified that an emergency needs its review, or its holder
	// that access which lasts until it is revoked needs to be confirmed.
	EventRemind EventName = "remind"
	// EventConfirm: the holder confirmed that access is still needed, and it was granted
	// anew.
	EventConfirm EventName = "confirm"
	// EventErase: an operator erased personal data from the history.
	EventErase EventName = "erase"
)

// Channel is how an event reached fasttrack.
type Channel string

// The channels.
const (
	ChannelAPI    Channel = "api"
	ChannelCLI    Channel = "cli"
	ChannelSlack  Channel = "slack"
	ChannelWeb    Channel = "web"
	ChannelHook   Channel = "hook"
	ChannelEngine Channel = "engine"
)

// ActorType is the kind of an [Actor].
type ActorType string

// The types of actors.
const (
	ActorUser   ActorType = "user"
	ActorHook   ActorType = "hook"
	ActorEngine ActorType = "engine"
)

// Actor is who caused an event.
type Actor struct {
	Type ActorType `json:"type"`
	// ID identifies a person as [Person.ID] does. Of a hook it is the hook's name,
	// such as "on_request". Empty for the engine.
	ID string `json:"id,omitempty"`
	// Email is the person's e-mail address, if known.
	Email string `json:"email,omitempty"`
	// Name is the person's display name, if known.
	Name string `json:"name,omitempty"`
}

// Check is one piece of evidence that a hook found.
type Check struct {
	Name   string `json:"name"`
	Passed bool   `json:"passed"`
	Detail string `json:"detail,omitempty"`
}

// Override records that an admin set aside the verdict of a hook on their action.
type Override struct {
	// Hook is the hook's name, such as "on_deny".
	Hook string `json:"hook"`
	// Of is the Seq of the last entry with which the hook ignored such an action; 0
	// if it ignored none.
	Of int `json:"of,omitempty"`
	// Verdict is what the hook returned this time: "ignore", "deny" or "fail". Empty
	// if it let the action pass.
	Verdict string `json:"verdict,omitempty"`
}

// Entry is one event in the history of a request. Entries are only appended. Each
// contains the hash of the one before, so that a later change is detected;
// docs/audit.md describes how the hash is made.
//
// Members that a newer release has added survive decoding and encoding, since the
// hash covers them too.
type Entry struct {
	// Seq counts from 1.
	Seq   int       `json:"seq"`
	Event EventName `json:"event"`
	// At has millisecond precision.
	At      time.Time `json:"at"`
	Actor   Actor     `json:"actor"`
	Channel Channel   `json:"channel"`
	// Place is the place of a request in its channel; see [Source]. First entry only.
	Place string `json:"place,omitempty"`
	// Status is the request's status after the event.
	Status Status `json:"status"`
	// Reason is the actor's reason. May be empty.
	Reason string `json:"reason"`
	// HookReason is the reason that the hook HookReasonBy added to an event of
	// another actor.
	HookReason   string `json:"hook_reason,omitempty"`
	HookReasonBy string `json:"hook_reason_by,omitempty"`
	// Override is set if an admin set aside the verdict of a hook.
	Override *Override `json:"override,omitempty"`
	// For is whom the requester requested for, if for somebody else. First entry only.
	For *Person `json:"for,omitempty"`
	// StartsAt is when access is to start, if the requester chose a time. First entry
	// only.
	StartsAt time.Time `json:"starts_at,omitzero"`
	// Extends is what the request extends, if it does. First entry only.
	Extends *Extends `json:"extends,omitempty"`
	// ExtendedBy is the request that took the access over, at the end of one that was
	// extended.
	ExtendedBy string `json:"extended_by,omitempty"`
	// BreakGlass is set in the entry of a request that is an emergency, and of its approval.
	BreakGlass bool `json:"break_glass,omitempty"`
	// Verdict is that of a review.
	Verdict ReviewVerdict `json:"verdict,omitempty"`
	// EndsAt is when access ends since a confirm, or unless it is confirmed, in a reminder.
	EndsAt time.Time `json:"ends_at,omitzero"`
	Checks []Check   `json:"checks,omitempty"`
	// Error is the failure of a hook that led to the event.
	Error string `json:"error,omitempty"`
	// Act is the id of the action that the event results from. Empty for events that
	// no action caused.
	Act string `json:"act,omitempty"`
	// ActBy and ActEvent are the person and the action if Actor is somebody else: the
	// action had no effect, or a hook replaced it.
	ActBy    *Actor    `json:"act_by,omitempty"`
	ActEvent EventName `json:"act_event,omitempty"`
	// ActReason is the reason given with the action of ActBy.
	ActReason string `json:"act_reason,omitempty"`
	// To lists the principals notified by a forward.
	To []string `json:"to,omitempty"`
	// DurationSeconds is the shorter duration that an approval set; 0 if it set none.
	DurationSeconds int `json:"duration_seconds,omitempty"`
	// PayloadSHA256 is the hash of what was requested. First entry only.
	PayloadSHA256 string `json:"payload_sha256,omitempty"`
	// Gone says how the end of access was confirmed, if not by reading back that it
	// is absent.
	Gone string `json:"gone,omitempty"`
	// SessionsUntil is when the last session started with the access ends. Absent if
	// none outlasts the access.
	SessionsUntil time.Time `json:"sessions_until,omitzero"`
	// SessionsOf lists the Identity Center user ids of those sessions, separated by
	// spaces.
	SessionsOf string `json:"sessions_of,omitempty"`
	// FlowVersion identifies the flow's block in flows.yaml at the time of the
	// request, in 12 hex digits. First entry only.
	FlowVersion string `json:"flow_version,omitempty"`
	// RulesVersion is the number of the version of flows.yaml that was pushed, and that
	// the request was made under. Absent under the deployed file. First entry only.
	RulesVersion int `json:"rules_version,omitempty"`
	// HooksVersion is the version of the hook function that responded.
	HooksVersion string `json:"hooks_version,omitempty"`
	// IgnoredMembers are members of hook responses that were unknown and ignored,
	// because the responses were of a newer minor version. They cover the time since
	// the entry before.
	IgnoredMembers []string `json:"ignored_members,omitempty"`
	// Stored names the values that hooks put into their store with the event, as
	// flows.yaml declares them: "person/NAME" or "flow/NAME". They cover the time since
	// the entry before.
	Stored []string `json:"stored,omitempty"`
	// ShadowSHA256 is the salted hash of what on_request returned in shadow mode.
	ShadowSHA256 string `json:"shadow_sha256,omitempty"`
	// ExpiresAt is when the request may be deleted. Last entry only, in a flow with a
	// retention.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	// HistorySHA256 is, in an erase, the hash of all earlier entries after it.
	HistorySHA256 string `json:"history_sha256,omitempty"`
	// StateSHA256 is the salted digest of what is stored beside the history. Only in
	// the last entry of a change.
	StateSHA256 string `json:"state_sha256,omitempty"`
	// Salt, Keys and Erased are the inputs of the digests of the entry's texts: the
	// salt of all of them or, once some are erased, the keys of the remaining texts and
	// the digests of the erased ones, by member.
	Salt   string            `json:"salt,omitempty"`
	Keys   map[string]string `json:"keys,omitempty"`
	Erased map[string]string `json:"erased,omitempty"`
	// PrevHash is the Hash of the entry before; empty in the first.
	PrevHash string `json:"prev_hash"`
	// Hash is the SHA-256 of the entry, in 64 hex digits.
	Hash string `json:"hash"`

	// newer holds members that this release doesn't know.
	newer map[string]json.RawMessage
}

// entry is an Entry without its methods.
type entry Entry

// entryMembers are the names of the members that this release knows.
var entryMembers = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for field := range reflect.TypeFor[Entry]().Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
			names[name] = true
		}
	}
	return names
})

// UnmarshalJSON decodes an entry and keeps members that this release doesn't know.
func (e *Entry) UnmarshalJSON(data []byte) error {
	var read entry
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return fmt.Errorf("history entry: %w", err)
	}
	maps.DeleteFunc(members, func(name string, _ json.RawMessage) bool { return entryMembers()[name] })
	*e = Entry(read)
	if len(members) > 0 {
		e.newer = members
	}
	return nil
}

// MarshalJSON encodes an entry with all members that it was decoded from.
func (e Entry) MarshalJSON() ([]byte, error) {
	raw, err := encode(entry(e))
	if err != nil || len(e.newer) == 0 {
		return raw, err
	}
	members := maps.Clone(e.newer)
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, err
	}
	return encode(members)
}

// encode is json.Marshal without the escapes for HTML.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
