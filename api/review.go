package api

import (
	"bytes"
	"encoding/json"
	"time"
)

// Review is the state of a request's review by approvers.
type Review struct {
	// Approvers are the principals who may decide: e-mail addresses and other
	// identities, "group:NAME", "everyone" and "admins". Never null.
	Approvers []string `json:"approvers"`
	// ApproversMore counts further approvers of whom only a digest is kept, because a
	// hook named too many. 0 if Approvers is complete.
	ApproversMore int `json:"approvers_more,omitempty"`
	// Viewers are the principals who may read the request and not decide it.
	Viewers []string `json:"viewers,omitempty"`
	// ViewersMore is to Viewers as ApproversMore to Approvers.
	ViewersMore int `json:"viewers_more,omitempty"`
	// Approvals are the requirements, all of which must be met by different people.
	Approvals Approvals `json:"approvals"`
	// ApprovedBy lists the people whose approvals count so far. Never null.
	ApprovedBy []Person `json:"approved_by"`
	// Seats are the requirements with who fills them, in the order of Approvals. Absent
	// in events.
	Seats []Seat `json:"seats,omitzero"`
	// ExpiresAt is when the request expires if nobody decides.
	ExpiresAt time.Time `json:"expires_at"`
	// Checks is the evidence that on_request found without deciding.
	Checks []Check `json:"checks,omitempty"`
	// Errors are the failures of hooks that led to the review.
	Errors []HookError `json:"errors,omitempty"`
}

// Requirement is a number of different people who must approve.
type Requirement struct {
	// From is the principal whose people count. Empty for any approver.
	From string `json:"from,omitempty"`
	// Count is at least 1.
	Count int `json:"count"`
}

// Approvals are the requirements of a review. In JSON, a single requirement of any
// approver is its number; everything else is a list of requirements.
type Approvals []Requirement

// MarshalJSON encodes a number or a list.
func (a Approvals) MarshalJSON() ([]byte, error) {
	if len(a) == 1 && a[0].From == "" {
		return json.Marshal(a[0].Count)
	}
	return encode([]Requirement(a))
}

// UnmarshalJSON decodes a number or a list.
func (a *Approvals) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte("[")) || string(data) == "null" {
		return json.Unmarshal(data, (*[]Requirement)(a))
	}
	var count int
	if err := json.Unmarshal(data, &count); err != nil {
		return err
	}
	*a = Approvals{{Count: count}}
	return nil
}

// Seat is a requirement of a review, and who fills it.
type Seat struct {
	// From is the principal whose people must approve, or [AnyApprover].
	From string `json:"from"`
	// Count is how many of them must approve.
	Count int `json:"count"`
	// FilledBy are the people whose approvals count towards it. Never null.
	FilledBy []Person `json:"filled_by"`
	// People are up to 10 of those who may approve now and have not. Empty unless the
	// request is pending and the requirement unmet. Never null.
	People []Person `json:"people"`
	// More reports that others may approve too, or may be able to, such as the members
	// of a group that only tokens know.
	More bool `json:"more,omitempty"`
}

// Met reports whether enough people have approved.
func (s Seat) Met() bool { return len(s.FilledBy) >= s.Count }

// HookError is a failure of a hook.
type HookError struct {
	// Hook is the hook's name, such as "on_request".
	Hook  string `json:"hook"`
	Error string `json:"error"`
}

// WaitingFor is a requirement that is not met yet.
type WaitingFor struct {
	// From is the principal whose people must approve, or [AnyApprover].
	From string `json:"from"`
	// Count is how many of them must approve, including those in Have.
	Count int `json:"count"`
	// People lists up to 10 of those who may approve now and have not. Never null.
	People []string `json:"people"`
	// More reports that others may approve too, or may be able to, such as the members
	// of a group that only tokens know.
	More bool `json:"more,omitempty"`
	// Have lists those whose approvals count towards it. Never null.
	Have []string `json:"have"`
}

// AnyApprover is the From of a requirement that any approver of the request meets.
const AnyApprover = "approvers"

// You is what the caller may do to a request now. A hook may still ignore an action,
// another person may be first, and rate limits apply.
type You struct {
	Approve Allowed `json:"approve"`
	Deny    Allowed `json:"deny"`
	Cancel  Allowed `json:"cancel"`
	Revoke  Allowed `json:"revoke"`
	// Withdraw is set if an approval of the caller's counts and may be withdrawn.
	Withdraw *Allowed `json:"withdraw,omitempty"`
	// Extend is absent unless access of the caller's is active, in a flow that lets it be
	// extended.
	Extend *ExtendAllowed `json:"extend,omitempty"`
	// Confirm is absent unless active access of the caller's lasts until it is revoked.
	Confirm *ConfirmAllowed `json:"confirm,omitempty"`
	// Review is set if the request is an emergency.
	Review *Allowed `json:"review,omitempty"`
}

// Allowed reports whether the caller may take one action now.
type Allowed struct {
	May bool `json:"may"`
	// Why says, for people, why the caller may or may not. Empty if May is true in a
	// response of an older release.
	Why string `json:"why,omitempty"`
	// Override reports whether the caller may also set aside what the flow's hook says
	// about the action; see [ApproveInput.Override].
	Override bool `json:"override,omitempty"`
	// ReasonRequired reports whether the action needs a reason. Nil if May is false.
	ReasonRequired *bool `json:"reason_required,omitempty"`
}
