package run

import "github.com/fasttrack-dev/fasttrack/api"

// The statuses of a run.
const (
	Requested = api.StatusRequested
	Pending   = api.StatusPending
	Approved  = api.StatusApproved
	Denied    = api.StatusDenied
	Expired   = api.StatusExpired
	Canceled  = api.StatusCanceled
	Active    = api.StatusActive
	Ended     = api.StatusEnded
	Revoked   = api.StatusRevoked
	Failed    = api.StatusFailed
)

// Statuses lists all of them, in the order of a run's life.
var Statuses = api.Statuses()

// forward is the whole forward-only table: for each status, what each event
// may lead to. An event that is not listed may not happen there. ignore and
// forward leave the status as it is, except that the first forward is what
// routes a requested run to people.
var forward = map[Status]map[EventName][]Status{
	"": {Request: {Requested}},
	Requested: {
		Approve: {Approved}, Deny: {Denied}, Cancel: {Canceled}, Expire: {Expired},
		Forward: {Pending}, Ignore: {Requested},
	},
	Pending: {
		Approve: {Pending, Approved}, Deny: {Denied}, Expire: {Expired}, Cancel: {Canceled},
		Forward: {Pending}, Ignore: {Pending}, Withdraw: {Pending},
	},
	// deescalate from approved is on_escalate's "give nothing, end"; cancel is before
	// the start that was chosen; fail is a grant that failed and was removed whole.
	// erase leaves the status of a run that is over as it is.
	Approved: {Escalate: {Active}, Deescalate: {Ended}, Cancel: {Canceled}, Revoke: {Revoked}, Fail: {Failed}, Ignore: {Approved}, Reviews: {Approved}, Remind: {Approved}, Erased: {Approved}},
	Active:   {Deescalate: {Ended}, Revoke: {Revoked}, Confirm: {Active}, Remind: {Active}, Ignore: {Active}},
	Denied:   {Ignore: {Denied}, Erased: {Denied}},
	Expired:  {Ignore: {Expired}, Erased: {Expired}},
	Canceled: {Ignore: {Canceled}, Erased: {Canceled}},
	Ended:    {Ignore: {Ended}, Reviews: {Ended}, Remind: {Ended}, Erased: {Ended}},
	Revoked:  {Ignore: {Revoked}, Reviews: {Revoked}, Remind: {Revoked}, Erased: {Revoked}},
	Failed:   {Ignore: {Failed}, Reviews: {Failed}, Remind: {Failed}, Erased: {Failed}},
}

// May reports whether event e may take a run from one status to another. The
// status of a run that does not exist yet is "".
func May(from Status, e EventName, to Status) bool {
	for _, s := range forward[from][e] {
		if s == to {
			return true
		}
	}
	return false
}
