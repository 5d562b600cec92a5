package engine

import (
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Transition is a row of the table of a run's life: at status From, Event leads to
// To once the hook Before has allowed it, and then the hook After is called. Without
// a hook it is "". A From of "" is a run that does not exist yet.
type Transition struct {
	From   run.Status
	Event  run.EventName
	To     run.Status
	Before run.HookName
	After  run.HookName
}

// transitions is the whole table. Of two rows with the same status and event, the
// second is for an event that leaves the status as it is. An event without a row
// never happens; package run refuses it again when the entry is appended.
var transitions = []Transition{
	{"", run.Request, run.Requested, "", ""},

	{run.Requested, run.Forward, run.Pending, "", run.AfterRequest},
	{run.Requested, run.Approve, run.Approved, run.OnApprove, run.AfterApprove},
	{run.Requested, run.Deny, run.Denied, run.OnDeny, run.AfterDeny},
	{run.Requested, run.Cancel, run.Canceled, "", run.AfterCancel},
	{run.Requested, run.Expire, run.Expired, "", run.AfterExpire},
	{run.Requested, run.Ignore, run.Requested, "", ""},

	{run.Pending, run.Approve, run.Approved, run.OnApprove, run.AfterApprove},
	{run.Pending, run.Approve, run.Pending, run.OnApprove, ""}, // more people must approve
	{run.Pending, run.Deny, run.Denied, run.OnDeny, run.AfterDeny},
	{run.Pending, run.Cancel, run.Canceled, "", run.AfterCancel},
	{run.Pending, run.Expire, run.Expired, run.OnExpire, run.AfterExpire},
	{run.Pending, run.Forward, run.Pending, "", ""},
	{run.Pending, run.Ignore, run.Pending, "", ""},
	{run.Pending, run.Withdraw, run.Pending, "", ""},

	{run.Approved, run.Escalate, run.Active, run.OnEscalate, run.AfterEscalate},
	{run.Approved, run.Deescalate, run.Ended, "", run.AfterDeescalate}, // on_escalate grants nothing
	{run.Approved, run.Cancel, run.Canceled, "", run.AfterCancel},      // before the start that was chosen
	{run.Approved, run.Revoke, run.Revoked, run.OnRevoke, run.AfterRevoke},
	{run.Approved, run.Fail, run.Failed, "", run.AfterFail},
	{run.Approved, run.Reviews, run.Approved, "", ""}, // of an emergency
	{run.Approved, run.Remind, run.Approved, "", ""},
	{run.Approved, run.Ignore, run.Approved, "", ""},
	{run.Approved, run.Erased, run.Approved, "", ""},

	{run.Active, run.Deescalate, run.Ended, run.OnDeescalate, run.AfterDeescalate},
	{run.Active, run.Revoke, run.Revoked, run.OnRevoke, run.AfterRevoke},
	{run.Active, run.Confirm, run.Active, "", ""}, // of access until it is revoked
	{run.Active, run.Remind, run.Active, "", ""},
	{run.Active, run.Ignore, run.Active, "", ""},

	{run.Denied, run.Ignore, run.Denied, "", ""},
	{run.Denied, run.Erased, run.Denied, "", ""},
	{run.Expired, run.Ignore, run.Expired, "", ""},
	{run.Expired, run.Erased, run.Expired, "", ""},
	{run.Canceled, run.Ignore, run.Canceled, "", ""},
	{run.Canceled, run.Erased, run.Canceled, "", ""},
	{run.Ended, run.Reviews, run.Ended, "", ""}, // of an emergency
	{run.Ended, run.Remind, run.Ended, "", ""},
	{run.Ended, run.Ignore, run.Ended, "", ""},
	{run.Ended, run.Erased, run.Ended, "", ""},
	{run.Revoked, run.Reviews, run.Revoked, "", ""}, // of an emergency
	{run.Revoked, run.Remind, run.Revoked, "", ""},
	{run.Revoked, run.Ignore, run.Revoked, "", ""},
	{run.Revoked, run.Erased, run.Revoked, "", ""},
	{run.Failed, run.Reviews, run.Failed, "", ""}, // of an emergency
	{run.Failed, run.Remind, run.Failed, "", ""},
	{run.Failed, run.Ignore, run.Failed, "", ""},
	{run.Failed, run.Erased, run.Failed, "", ""},
}

// Transitions returns the whole table.
func Transitions() []Transition { return append([]Transition(nil), transitions...) }

// transition returns the row of an event at the run's status, the first if there
// are two. Without one it has no To, which the record refuses.
func (d *decider) transition(e run.EventName) Transition {
	for _, row := range transitions {
		if row.From == d.Status && row.Event == e {
			return row
		}
	}
	return Transition{From: d.Status, Event: e}
}
