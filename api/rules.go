package api

// Rules say how the requests of a flow are decided: as data, and in sentences for
// people. Principals are e-mail addresses and other identities, "group:NAME",
// "everyone" and, of approvers and viewers, "admins".
type Rules struct {
	// Requesters are the principals who may request the flow. Never null.
	Requesters []string `json:"requesters"`
	// VisibleTo are the principals who see the flow; of the requesters, only they may
	// request it. Empty if all requesters see it.
	VisibleTo []string `json:"visible_to,omitempty"`
	// OnBehalf is who may request for other people. Absent if nobody may.
	OnBehalf *OnBehalf `json:"on_behalf,omitempty"`
	// StartsWithinSeconds is how far ahead a request may start; see [CreateInput.StartsAt].
	// 0 if it can't start later.
	StartsWithinSeconds int `json:"starts_within_seconds,omitempty"`
	// Approvers are the principals who may decide, unless get_permissions names others.
	// Never null.
	Approvers []string `json:"approvers"`
	// Admins are the principals who may always decide. Never null.
	Admins []string `json:"admins"`
	// Viewers are the principals who may list and read requests. Never null.
	Viewers []string `json:"viewers"`
	// Approvals are the requirements, all of which must be met by different people.
	Approvals Approvals `json:"approvals"`
	// SelfApproval reports whether requesters may approve their own requests.
	SelfApproval bool `json:"self_approval"`
	// TimeoutSeconds is how long a request waits for people before it expires.
	TimeoutSeconds int `json:"timeout_seconds"`
	// Notify are the steps in which people are notified. Never null.
	Notify []NotifyStep `json:"notify"`
	// Mode is one of the Mode constants.
	Mode string `json:"mode"`
	// Slack is what people may do in Slack: one of the Slack constants.
	Slack string `json:"slack"`
	// Strategy is how access is granted: "iam-group", "identity-center" or "lambda".
	// Empty if the flow grants no access.
	Strategy string `json:"strategy,omitempty"`
	// Extend is how far access may be extended. Absent if it may not.
	Extend *ExtendRule `json:"extend,omitempty"`
	// OverrideApprove reports whether admins may set aside a hook that refuses an
	// approval.
	OverrideApprove bool `json:"override_approve"`
	// Limits are the limits on what code approves and on what people request. Never null.
	Limits []Limit `json:"limits"`
	// RetentionSeconds is how long a request is kept once it is over. 0 is for ever.
	RetentionSeconds int `json:"retention_seconds,omitempty"`
	// RecheckSeconds is how often active access is checked again. 0 is never.
	RecheckSeconds int `json:"recheck_seconds,omitempty"`
	// Sentences say the same for people, in the order to read them. Never null.
	Sentences []RuleSentence `json:"sentences"`
}

// The modes of a flow's hooks.
const (
	// ModeLive: hooks decide what they can, people the rest.
	ModeLive = "live"
	// ModeShadow: hooks are tried, and people decide everything.
	ModeShadow = "shadow"
	// ModeNone: the flow has no hooks.
	ModeNone = "none"
)

// What people may do with a flow's requests in Slack.
const (
	// SlackDecide: request, decide and return access.
	SlackDecide = "decide"
	// SlackAsk: request, cancel and return access.
	SlackAsk = "ask"
	// SlackLink: read messages that lead to the request.
	SlackLink = "link"
	// SlackOff: nothing.
	SlackOff = "off"
)

// OnBehalf is who may request a flow for other people, and for whom. Neither list is
// null.
type OnBehalf struct {
	Who []string `json:"who"`
	For []string `json:"for"`
}

// NotifyStep is a step of a notify list.
type NotifyStep struct {
	// To are channels ("sns", "webhook"), e-mail addresses, "group:NAME", "everyone" and
	// "admins".
	To []string `json:"to"`
	// WaitSeconds is how long this step has before the next one is notified.
	WaitSeconds int `json:"wait_seconds,omitempty"`
}

// Limit is a number that a flow doesn't let be exceeded.
type Limit struct {
	// Name is the limit's place in flows.yaml, such as "fast_track.max_per_hour".
	Name string `json:"name"`
	// Max is the number.
	Max int `json:"max"`
	// Unit is what is counted: "approvals" by code, or "requests".
	Unit string `json:"unit"`
	// Per is whose are counted together: "person", "machine", "flow", or "access" for
	// all requests of the same access.
	Per string `json:"per"`
	// WindowSeconds is the time within which they are counted, up to now. 0 counts those
	// that are open now.
	WindowSeconds int `json:"window_seconds,omitempty"`
	// After is the event from which WindowSeconds count, "deny" for
	// fast_track.quiet_after_denial. Empty otherwise.
	After EventName `json:"after,omitempty"`
}

// RuleSentence is a rule as people read it.
type RuleSentence struct {
	// About names the rule: "requesters", "on_behalf", "code", "limits", "approvers", "approvals",
	// "self_approval", "notify", "timeout", "reasons", "access", "starts", "extend", "admins", "viewers" or
	// "retention". More may come.
	About string `json:"about"`
	Text  string `json:"text"`
}
