package hook

import "context"

// Flows are the hooks of each flow, by its name. Those of "*" are for flows
// that have none of their own. Without "*", an event of a flow that is not here
// fails; a flow without hooks says hooks: none in flows.yaml.
type Flows map[string]Hooks

// Hooks are the hooks of one flow; a nil one is not there, and costs nothing.
type Hooks struct {
	// OnRequest fires first, before anything is routed to people.
	OnRequest func(context.Context, *Event) (FromRequest, error)
	// GetPermissions says who may decide, once OnRequest left it open.
	GetPermissions func(context.Context, *Event) (Permissions, error)
	// GetNotifications says whom to tell, in which order; nil leaves it to the
	// flow's list, an empty list tells nobody.
	GetNotifications func(context.Context, *Event) ([]Notification, error)
	// AfterRequest fires once the request is routed to people.
	AfterRequest func(context.Context, *Event) (FromAfterRequest, error)
	// OnApprove fires before an approve counts: a person's or a hook's (see
	// Event.ByHook).
	OnApprove    func(context.Context, *Event) (FromApprove, error)
	AfterApprove func(context.Context, *Event) error
	// OnDeny fires before a deny takes effect.
	OnDeny    func(context.Context, *Event) (FromDeny, error)
	AfterDeny func(context.Context, *Event) error
	// OnExpire fires at the review's timeout.
	OnExpire    func(context.Context, *Event) (FromExpire, error)
	AfterExpire func(context.Context, *Event) error
	AfterCancel func(context.Context, *Event) error
	// OnEscalate fires before access is given.
	OnEscalate func(context.Context, *Event) (FromEscalate, error)
	// AfterEscalate fires once access is there.
	AfterEscalate func(context.Context, *Event) (FromAfterEscalate, error)
	// OnDeescalate fires at the end, before access is taken back.
	OnDeescalate    func(context.Context, *Event) (FromDeescalate, error)
	AfterDeescalate func(context.Context, *Event) error
	// OnRevoke fires before a person's revoke.
	OnRevoke    func(context.Context, *Event) (FromRevoke, error)
	AfterRevoke func(context.Context, *Event) error
	AfterFail   func(context.Context, *Event) error

	// Prefetch gives, by field, the options of a field that has prefetch in
	// flows.yaml; the first 100 are shown. It is asked again, for the value that
	// was chosen, when the request comes: see [Search]. It may take 5 s.
	Prefetch map[string]func(context.Context, *Search) ([]Option, error)
}

// Keep stands for the flow's own list in [Permissions]. It is a list of its own,
// so that a lookup that failed and left nil never passes for it.
var Keep = []string{"\x00keep the flow's"}

// Permissions override members of the flow's review. Principals are e-mails,
// "group:NAME", "everyone" and "admins", at most 1,000 in a list.
type Permissions struct {
	// Approvers may decide, besides the flow's admins, who always may. [Keep]
	// keeps the flow's approvers; nil is the empty list and leaves the admins.
	Approvers []string
	// Viewers may see the request, besides the flow's viewers and those who may
	// decide it. [Keep] keeps to the flow's viewers; nil adds nobody either.
	Viewers []string
	// SelfApproval, unless nil, says whether requesters may approve their own.
	SelfApproval *bool
	// Approvals are how many different people must approve.
	Approvals []Requirement
	// TimeoutSeconds is how long the review waits, from the request.
	TimeoutSeconds int
}

// Requirement asks for Count different people of the principal From; any
// approver if From is empty.
type Requirement struct {
	From  string `json:"from,omitempty"`
	Count int    `json:"count"`
}

// Notification is whom to tell, and how long to wait for a decision before the
// next is told.
type Notification struct {
	To          []string `json:"to"`
	WaitSeconds int      `json:"wait_seconds"`
}

// The names of hooks, as they are asked.
const (
	noHook           = "none" // of a flow without hooks, and to learn the flows of a function
	onRequest        = "on_request"
	getPermissions   = "get_permissions"
	getNotifications = "get_notifications"
)

// escalate is the step of a strategy's output.
const escalate = "escalate"

// plan is one hook as the runner calls it: it gives an outcome, or nil.
type plan struct {
	name string
	run  func(context.Context, *Event) (any, error)
}

// plans lists the hooks that are there, by name, in the order of a run's life.
func (h Hooks) plans() []plan {
	var all []plan
	add := func(name string, there bool, run func(context.Context, *Event) (any, error)) {
		if there {
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
	add("on_deescalate", h.OnDeescalate != nil, func(ctx context.Context, e *Event) (any, error) { return h.OnDeescalate(ctx, e) })
	after("after_deescalate", h.AfterDeescalate)
	add("on_revoke", h.OnRevoke != nil, func(ctx context.Context, e *Event) (any, error) { return h.OnRevoke(ctx, e) })
	after("after_revoke", h.AfterRevoke)
	after("after_fail", h.AfterFail)
	return all
}
