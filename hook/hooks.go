package hook

import "context"

// Flows are the hooks of each flow, by its name. Those of "*" are for flows that have none
// of their own. Without "*", an event of another flow fails. A flow without hooks says
// hooks: none in flows.yaml.
type Flows map[string]Hooks

// Hooks are the hooks of one flow. A nil hook is never called and costs nothing.
type Hooks struct {
	// OnRequest runs first, before the request goes to people.
	OnRequest func(context.Context, *Event) (FromRequest, error)
	// GetPermissions names the approvers, after an OnRequest that decided nothing.
	GetPermissions func(context.Context, *Event) (Permissions, error)
	// GetNotifications names who is notified, in order. nil keeps the flow's list, an
	// empty list notifies nobody.
	GetNotifications func(context.Context, *Event) ([]Notification, error)
	// AfterRequest runs once the request has gone to people.
	AfterRequest func(context.Context, *Event) (FromAfterRequest, error)
	// OnApprove runs before an approve counts, a person's or a hook's (see
	// [Event.ByHook]).
	OnApprove    func(context.Context, *Event) (FromApprove, error)
	AfterApprove func(context.Context, *Event) error
	// OnDeny runs before a deny takes effect.
	OnDeny    func(context.Context, *Event) (FromDeny, error)
	AfterDeny func(context.Context, *Event) error
	// OnExpire runs at the timeout of the review.
	OnExpire    func(context.Context, *Event) (FromExpire, error)
	AfterExpire func(context.Context, *Event) error
	AfterCancel func(context.Context, *Event) error
	// OnEscalate runs before access is granted.
	OnEscalate func(context.Context, *Event) (FromEscalate, error)
	// AfterEscalate runs once access was granted.
	AfterEscalate func(context.Context, *Event) (FromAfterEscalate, error)
	// WhileActive runs every recheck of flows.yaml while access is active. Its failure
	// changes nothing.
	WhileActive func(context.Context, *Event) (FromActive, error)
	// OnDeescalate runs before access ends on time.
	OnDeescalate    func(context.Context, *Event) (FromDeescalate, error)
	AfterDeescalate func(context.Context, *Event) error
	// OnRevoke runs before a person's revoke takes effect.
	OnRevoke    func(context.Context, *Event) (FromRevoke, error)
	AfterRevoke func(context.Context, *Event) error
	AfterFail   func(context.Context, *Event) error

	// Prefetch has a function for each field that has prefetch in flows.yaml. It returns
	// the options of the field, of which people see the first 100. It is called again
	// when the request is filed, to check the chosen value: see [Search]. It may take
	// 5 s.
	Prefetch map[string]func(context.Context, *Search) ([]Option, error)

	// GetFlows reports whether a person sees the flow, which has get_flows in flows.yaml.
	// It is called for those whom requesters and visible_to name, when they look at their
	// flows or file a request. To whom it does not show the flow, the flow is unknown: also
	// while it fails. It may take 5 s.
	GetFlows func(context.Context, *Viewer) (bool, error)
}

// Keep stands for the flow's own list in [Permissions]. It is not nil, so that a failed
// lookup that returned nil never keeps the flow's wider list.
var Keep = []string{"\x00keep the flow's"}

// Permissions override members of the flow's review. Principals are e-mails,
// "group:NAME", "everyone" and "admins", at most 1,000 in a list.
type Permissions struct {
	// Approvers may decide, besides the flow's admins, who always may. [Keep] keeps the
	// flow's approvers. nil is the empty list and leaves the admins only.
	Approvers []string
	// Viewers may see the request, besides the flow's viewers and the approvers. [Keep]
	// and nil add nobody.
	Viewers []string
	// SelfApproval, unless nil, overrides whether requesters may approve their own
	// requests.
	SelfApproval *bool
	// Approvals are the people who must approve; empty keeps the flow's.
	Approvals []Requirement
	// TimeoutSeconds is how long the review waits, from when the request was filed; 0
	// keeps the flow's.
	TimeoutSeconds int
}

// Requirement demands approvals of Count different people of the principal From, or of
// any approver if From is empty.
type Requirement struct {
	From  string `json:"from,omitempty"`
	Count int    `json:"count"`
}

// Notification names who is notified, and how long to wait for a decision before the next
// notification.
type Notification struct {
	// To has entries as the notify list of flows.yaml has them. People: an e-mail address,
	// "group:sre", "admins", "everyone", an ARN or "issuer|subject". Channels: "sns", "webhook",
	// "slack:#ops", "slack:C0123ABCD", "slack:@grace@example.com", "slack:@requester",
	// "email:ops@example.com", "teams:ops". One that the deployment can't deliver to is skipped.
	To          []string `json:"to"`
	WaitSeconds int      `json:"wait_seconds"`
}

// The names of hooks in the contract.
const (
	noHook           = "none" // calls no hook; the response lists the function's flows
	onRequest        = "on_request"
	getPermissions   = "get_permissions"
	getNotifications = "get_notifications"
)

// escalate is the step of a strategy's output.
const escalate = "escalate"

// plan is one hook in the form in which all are called.
type plan struct {
	name string
	run  func(context.Context, *Event) (any, error)
}

// plans lists the hooks that aren't nil, in the order of a run's life.
func (h Hooks) plans() []plan {
	var all []plan
	add := func(name string, subscribed bool, run func(context.Context, *Event) (any, error)) {
		if subscribed {
			all = append(all, plan{name, run})
		}
	}
	after := func(name string, f func(context.Context, *Event) error) {
		add(name, f != nil, func(ctx context.Context, e *Event) (any, error) { return Continue(), f(ctx, e) })
	}
	add(onRequest, h.OnRequest != nil, func(ctx context.Context, e *Event) (any, error) { return h.OnRequest(ctx, e) })
	add(getPermissions, h.GetPermissions != nil, func(ctx context.Context, e *Event) (any, error) { return h.GetPermissions(ctx, e) })
	add(getNotifications, h.GetNotifications != nil, func(ctx context.Context, e *Event) (any, error) { return h.GetNotifications(ctx, e) })
	add("after_request", h.AfterRequest != nil, func(ctx context.Context, e *Event) (any, error) { return h.AfterRequest(ctx, e) })
	add("on_approve", h.OnApprove != nil, func(ctx context.Context, e *Event) (any, error) { return h.OnApprove(ctx, e) })
	after("after_approve", h.AfterApprove)
	add("on_deny", h.OnDeny != nil, func(ctx context.Context, e *Event) (any, error) { return h.OnDeny(ctx, e) })
	after("after_deny", h.AfterDeny)
	add("on_expire", h.OnExpire != nil, func(ctx context.Context, e *Event) (any, error) { return h.OnExpire(ctx, e) })
	after("after_expire", h.AfterExpire)
	after("after_cancel", h.AfterCancel)
	add("on_escalate", h.OnEscalate != nil, func(ctx context.Context, e *Event) (any, error) { return h.OnEscalate(ctx, e) })
	add("after_escalate", h.AfterEscalate != nil, func(ctx context.Context, e *Event) (any, error) { return h.AfterEscalate(ctx, e) })
	add("while_active", h.WhileActive != nil, func(ctx context.Context, e *Event) (any, error) { return h.WhileActive(ctx, e) })
	add("on_deescalate", h.OnDeescalate != nil, func(ctx context.Context, e *Event) (any, error) { return h.OnDeescalate(ctx, e) })
	after("after_deescalate", h.AfterDeescalate)
	add("on_revoke", h.OnRevoke != nil, func(ctx context.Context, e *Event) (any, error) { return h.OnRevoke(ctx, e) })
	after("after_revoke", h.AfterRevoke)
	after("after_fail", h.AfterFail)
	return all
}
