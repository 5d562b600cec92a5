package run

import "encoding/json"

// Flow is what a run keeps of the flow that it was filed under.
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
	// Hooks is the hook function: a name or an ARN, perhaps with a qualifier.
	Hooks string `json:"hooks"`
	// NoHooks is set for a flow without hooks: none is called.
	NoHooks bool `json:"no_hooks,omitempty"`
	// HookTimeoutSeconds limits each hook.
	HookTimeoutSeconds int      `json:"hook_timeout_seconds"`
	Admins             []string `json:"admins"`
	// RequireReason lists the acts that must come with a reason.
	RequireReason []EventName `json:"require_reason,omitempty"`
	Review        ReviewRule  `json:"review"`
	// Shadow has the outcome of on_request recorded and not followed: people decide.
	Shadow bool `json:"shadow,omitempty"`
	// Recheck has get_permissions called at each approve.
	Recheck bool `json:"recheck,omitempty"`
	// LookSeconds is how often active access is looked at again, 0 for never.
	LookSeconds int `json:"look_seconds,omitempty"`
	// FastTrack limits what on_request may approve; nil doesn't.
	FastTrack *FastTrack `json:"fast_track,omitempty"`
	// OverrideApprove lets admins override on_approve.
	OverrideApprove bool `json:"override_approve,omitempty"`
	// Holders is how many runs may hold one access at a time, 0 for the default.
	Holders int `json:"holders,omitempty"`
	// Slack is what people may do with the run in Slack; see [Run.SlackUse].
	Slack SlackUse `json:"slack,omitempty"`
	// RetentionSeconds is how long the run is kept once it is over, 0 for ever.
	RetentionSeconds int `json:"retention_seconds,omitempty"`
	// Store names what the flow's hooks keep; nil is nothing.
	Store *StoreRule `json:"store,omitempty"`
	// Strategy is how access is granted; nil is a flow without access.
	Strategy json.RawMessage `json:"strategy,omitempty"`
}

// HasAccess reports whether runs of the flow grant access.
func (f Flow) HasAccess() bool { return len(f.Strategy) > 0 }

// ReviewRule is who may decide a run, who may see it, how many must approve, how
// long it waits and who is notified.
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

// Notify is one entry of a notify list: whom to notify, and how long to wait for a
// decision before the next entry is notified.
type Notify struct {
	To          []string `json:"to"`
	WaitSeconds int      `json:"wait_seconds,omitempty"`
}

// FastTrack limits what on_request may approve of a flow; above it people
// decide. A zero member doesn't limit.
type FastTrack struct {
	// MaxPerPersonPerDay and MaxPerHour are how many approvals by on_request
	// there may be: of one requester within any 24 hours, of all within any hour.
	MaxPerPersonPerDay int `json:"max_per_person_per_day,omitempty"`
	MaxPerHour         int `json:"max_per_hour,omitempty"`
	// QuietAfterDenialSeconds is how long after a denial of one of the
	// requester's runs of the flow, by whomever, on_request approves none.
	QuietAfterDenialSeconds int `json:"quiet_after_denial_seconds,omitempty"`
}

// NeedsReason reports whether an action must come with a reason.
func (f Flow) NeedsReason(e EventName) bool {
	for _, act := range f.RequireReason {
		if act == e {
			return true
		}
	}
	return false
}
