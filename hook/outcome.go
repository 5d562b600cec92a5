package hook

import "time"

// Check is one piece of evidence: what was checked, whether it passed, and a detail.
// Requesters, reviewers and auditors see it.
type Check struct {
	Name   string `json:"name"`
	Passed bool   `json:"passed"`
	Detail string `json:"detail,omitempty"`
}

// The outcomes that each hook may return. Their methods are unexported, so only
// this package's outcomes satisfy them.
type (
	// FromRequest is what an OnRequest may return: Approve, Deny, Continue.
	FromRequest interface{ fromRequest() }
	// FromAfterRequest is what an AfterRequest may return: Approve, Deny,
	// Continue.
	FromAfterRequest interface{ fromAfterRequest() }
	// FromApprove is what an OnApprove may return: Approve, Deny, Ignore,
	// Continue.
	FromApprove interface{ fromApprove() }
	// FromDeny is what an OnDeny may return: Deny, Ignore, Continue.
	FromDeny interface{ fromDeny() }
	// FromExpire is what an OnExpire may return: Approve, Deny, Expire,
	// Continue.
	FromExpire interface{ fromExpire() }
	// FromEscalate is what an OnEscalate may return: Escalate, Deescalate,
	// Continue.
	FromEscalate interface{ fromEscalate() }
	// FromAfterEscalate is what an AfterEscalate may return: Revoke,
	// Deescalate, Continue.
	FromAfterEscalate interface{ fromAfterEscalate() }
	// FromActive is what a WhileActive may return: Revoke, Continue.
	FromActive interface{ fromActive() }
	// FromRevoke is what an OnRevoke may return: Revoke, Ignore, Continue.
	FromRevoke interface{ fromRevoke() }
	// FromDeescalate is what an OnDeescalate may return: Deescalate, Continue.
	FromDeescalate interface{ fromDeescalate() }
)

// Approval approves. See [Approve].
type Approval struct {
	reason   string
	checks   []Check
	duration time.Duration
	shorter  bool
}

// Denial denies. See [Deny].
type Denial struct {
	reason string
	checks []Check
}

// Ignoring has an action not count. See [Ignore].
type Ignoring struct{ message string }

// Continuation decides nothing. See [Continue].
type Continuation struct{}

// Expiry expires. See [Expire].
type Expiry struct{ reason string }

// Escalation grants access. See [Escalate].
type Escalation struct{ reason string }

// Deescalation ends access, or grants none. See [Deescalate].
type Deescalation struct{ reason string }

// Revocation revokes access. See [Revoke].
type Revocation struct{ reason string }

// Approve approves the request. Everyone sees the reason. It has at most 2,000
// characters; line breaks and tabs are allowed, other control characters are not. The
// engine shows an invisible character as U+FFFD. An empty reason becomes one that names
// the hook and the flow.
func Approve(reason string) Approval { return Approval{reason: reason} }

// Deny denies the request. Everyone sees the reason.
func Deny(reason string) Denial { return Denial{reason: reason} }

// Ignore has the action not count. The person sees the message.
func Ignore(message string) Ignoring { return Ignoring{message: message} }

// Continue decides nothing: the request goes on as it would without the hook.
func Continue() Continuation { return Continuation{} }

// Expire lets the request expire, with a reason.
func Expire(reason string) Expiry { return Expiry{reason: reason} }

// Escalate grants access, with a reason.
func Escalate(reason string) Escalation { return Escalation{reason: reason} }

// Deescalate ends access now or, from OnEscalate, grants none.
func Deescalate(reason string) Deescalation { return Deescalation{reason: reason} }

// Revoke revokes access early, with a reason.
func Revoke(reason string) Revocation { return Revocation{reason: reason} }

// Because returns a copy of the approval with evidence added.
func (a Approval) Because(checks ...Check) Approval {
	a.checks = append(append([]Check(nil), a.checks...), checks...)
	return a
}

// For returns a copy of the approval for a shorter time than requested, in whole seconds.
// A longer time fails the hook; min(e.Run.Duration, d) never does. In a flow that grants
// no access, any time fails it.
func (a Approval) For(d time.Duration) Approval {
	a.duration, a.shorter = d, true
	return a
}

// Because returns a copy of the denial with evidence added.
func (d Denial) Because(checks ...Check) Denial {
	d.checks = append(append([]Check(nil), d.checks...), checks...)
	return d
}

// String returns the outcome in words, for tests and logs.
func (a Approval) String() string { return "approve: " + a.reason }

// String returns the outcome in words.
func (d Denial) String() string { return "deny: " + d.reason }

// String returns the outcome in words.
func (i Ignoring) String() string { return "ignore: " + i.message }

// String returns the outcome in words.
func (Continuation) String() string { return "continue" }

// String returns the outcome in words.
func (e Expiry) String() string { return "expire: " + e.reason }

// String returns the outcome in words.
func (e Escalation) String() string { return "escalate: " + e.reason }

// String returns the outcome in words.
func (d Deescalation) String() string { return "deescalate: " + d.reason }

// String returns the outcome in words.
func (r Revocation) String() string { return "revoke: " + r.reason }

func (Approval) fromRequest()      {}
func (Approval) fromAfterRequest() {}
func (Approval) fromApprove()      {}
func (Approval) fromExpire()       {}

func (Denial) fromRequest()      {}
func (Denial) fromAfterRequest() {}
func (Denial) fromApprove()      {}
func (Denial) fromDeny()         {}
func (Denial) fromExpire()       {}

func (Ignoring) fromApprove() {}
func (Ignoring) fromDeny()    {}
func (Ignoring) fromRevoke()  {}

func (Continuation) fromRequest()       {}
func (Continuation) fromAfterRequest()  {}
func (Continuation) fromApprove()       {}
func (Continuation) fromDeny()          {}
func (Continuation) fromExpire()        {}
func (Continuation) fromEscalate()      {}
func (Continuation) fromAfterEscalate() {}
func (Continuation) fromActive()        {}
func (Continuation) fromRevoke()        {}
func (Continuation) fromDeescalate()    {}

func (Expiry) fromExpire() {}

func (Escalation) fromEscalate() {}

func (Deescalation) fromEscalate()      {}
func (Deescalation) fromAfterEscalate() {}
func (Deescalation) fromDeescalate()    {}

func (Revocation) fromAfterEscalate() {}
func (Revocation) fromActive()        {}
func (Revocation) fromRevoke()        {}
