package run

// Routing is what get_permissions and get_notifications said.
type Routing struct {
	Permissions *Permissions `json:"permissions,omitempty"`
	// Notifications replace the flow's list unless they are nil; an empty list
	// notifies nobody.
	Notifications []Notify `json:"notifications"`
	// AdminsOnly is set when who may decide could not be found out.
	AdminsOnly bool `json:"admins_only,omitempty"`
	// Asked reports that get_permissions was called, or is known to be absent.
	Asked bool `json:"asked,omitempty"`
	// Errors and Checks are what reviewers see of the hooks so far.
	Errors []HookError `json:"errors,omitempty"`
	Checks []Check     `json:"checks,omitempty"`
}

// Permissions override members of the flow's review; a nil member leaves the
// flow's.
type Permissions struct {
	Approvers      []string      `json:"approvers,omitempty"`
	ApproversSet   bool          `json:"approvers_set,omitempty"`
	Viewers        []string      `json:"viewers,omitempty"`
	ViewersSet     bool          `json:"viewers_set,omitempty"`
	SelfApproval   *bool         `json:"self_approval,omitempty"`
	Approvals      []Requirement `json:"approvals,omitempty"`
	TimeoutSeconds int           `json:"timeout_seconds,omitempty"`
}

// Apply returns the rule in force: the flow's, with what the hooks overrode.
func (rt Routing) Apply(rule ReviewRule) ReviewRule {
	if p := rt.Permissions; p != nil {
		if p.ApproversSet {
			rule.Approvers = p.Approvers
		}
		if p.ViewersSet {
			rule.Viewers = p.Viewers
		}
		if p.SelfApproval != nil {
			rule.SelfApproval = *p.SelfApproval
		}
		if p.Approvals != nil {
			rule.Approvals = p.Approvals
		}
		if p.TimeoutSeconds > 0 {
			rule.TimeoutSeconds = p.TimeoutSeconds
		}
	}
	if rt.Notifications != nil {
		rule.Notify = rt.Notifications
	}
	if rt.AdminsOnly {
		rule.Notify = []Notify{{To: []string{"admins"}}}
		people := 0
		for _, need := range rule.Approvals {
			people += need.Count
		}
		rule.Approvers = []string{"admins"}
		rule.Approvals = []Requirement{{Count: people}}
		rule.SelfApproval = false
	}
	return rule
}

// Named returns which lists get_permissions named.
func (rt Routing) Named() Named {
	if rt.AdminsOnly || rt.Permissions == nil {
		return Named{}
	}
	p := rt.Permissions
	return Named{Approvers: p.ApproversSet, Approvals: p.Approvals != nil, Viewers: p.ViewersSet}
}

// Named is which lists of a rule get_permissions named. It is empty in runs that
// older releases stored.
type Named struct {
	Approvers bool `json:"approvers,omitempty"`
	Approvals bool `json:"approvals,omitempty"`
	Viewers   bool `json:"viewers,omitempty"`
}
