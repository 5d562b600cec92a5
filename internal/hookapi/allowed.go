package hookapi

import (
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// mayReturn lists the transitions that each hook may return; a hook that is not
// listed may return none.
var mayReturn = map[run.HookName][]run.EventName{
	run.OnRequest:     {run.Approve, run.Deny},
	run.AfterRequest:  {run.Approve, run.Deny},
	run.OnApprove:     {run.Approve, run.Deny, run.Ignore},
	run.OnDeny:        {run.Deny, run.Ignore},
	run.OnExpire:      {run.Approve, run.Deny, run.Expire},
	run.OnEscalate:    {run.Escalate, run.Deescalate},
	run.AfterEscalate: {run.Revoke, run.Deescalate},
	run.WhileActive:   {run.Revoke},
	run.OnRevoke:      {run.Revoke, run.Ignore},
	run.OnDeescalate:  {run.Deescalate},
}

// MayReturn returns the transitions that a hook may return.
func MayReturn(h run.HookName) []run.EventName { return append([]run.EventName(nil), mayReturn[h]...) }

func allows(h run.HookName, e run.EventName) bool {
	for _, allowed := range mayReturn[h] {
		if allowed == e {
			return true
		}
	}
	return false
}

// choices lists for a sentence what a hook may return.
func choices(h run.HookName) string {
	var names []string
	for _, e := range mayReturn[h] {
		names = append(names, fmt.Sprintf("%q", e))
	}
	return strings.Join(append(names, "no transition"), ", ")
}
